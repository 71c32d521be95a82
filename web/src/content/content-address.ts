import { NamespaceId, type Node, NodeId } from '@syncline/protocol';
import * as z from 'zod/mini';

/** A content of a file, and what it is called. */
export interface ContentAddress {
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
  readonly rev: number;
  readonly name: string;
  /** Saved to the disk rather than shown. */
  readonly isDownload: boolean;
}

/** Below it the service worker answers, and nobody else: without a service worker there is nothing. */
export const CONTENT_PATH = '/content/';
/** Below it are archives that a page has described. */
export const ARCHIVE_PATH = '/archive/';

/**
 * The address of a content within the app. It stays the same for as long as the revision exists, and gives nothing to whoever has it without
 * being signed in. The name stands last, because browsers name what they save after it.
 */
export function contentPath({ namespaceId, nodeId, rev, name, isDownload }: ContentAddress): string {
  const path = `${CONTENT_PATH}${namespaceId}/${nodeId}/${rev}/${encodeURIComponent(name)}`;
  return isDownload ? `${path}?download` : path;
}

/** The present content of a file. */
export function addressOf(node: Node, isDownload: boolean): ContentAddress {
  const { namespaceId, nodeId, contentRev, name } = node;
  return { namespaceId, nodeId, rev: contentRev, name, isDownload };
}

const Parts = z.tuple([NamespaceId, NodeId, z.string().check(z.regex(/^[1-9][0-9]{0,5}$/)), z.string()]);

/** Undefined for what `contentPath` does not write. */
export function parseContentPath({ pathname, search }: URL): ContentAddress | undefined {
  if (!pathname.startsWith(CONTENT_PATH)) return undefined;
  const parts = z.safeParse(Parts, pathname.slice(CONTENT_PATH.length).split('/'));
  if (!parts.success) return undefined;
  const [namespaceId, nodeId, rev, encoded] = parts.data;
  const name = decoded(encoded);
  if (name === undefined) return undefined;
  return { namespaceId, nodeId, rev: Number(rev), name, isDownload: search === '?download' };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // Half an escape is no name that was written here.
    return undefined;
  }
}
