import { type ChunkRef, type DownloadResponse, epochMs, FILE_CHUNKS_MAX, SIGNED_URL_MS } from '@syncline/protocol';
import { readManifestPage } from '../journal/describe-content.ts';
import type { StoredRevision } from '../namespaces/namespace-store.ts';
import { isPackKey } from '../packs/pack-index.ts';
import type { LinkVisitor } from '../runtime/caller.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { type AskedContent, type ContentAnswer, contentAnswer } from './content-answer.ts';
import { contentDisposition } from './content-disposition.ts';
import { signDownload } from './download-ticket.ts';
import { DOWNLOAD_HERE_BYTES_MAX } from './limits.ts';
import { ended, openLink } from './open-link.ts';
import { readContentBytes } from './read-content-bytes.ts';
import {
  findLinkedFile,
  findLinkedRevision,
  type LinkContentRequest,
  type ReadLinkContentDependencies,
} from './read-link-content.ts';

export interface DownloadLinkDependencies extends ReadLinkContentDependencies {
  /** Where contents of several chunks are streamed; undefined where nothing can. */
  readonly streamUrl: string | undefined;
}

/** How a content gets to a visitor: by the URL of its only object, by the stream, or with the answer itself. */
type Way =
  | { readonly kind: 'object'; readonly objectKey: string }
  | { readonly kind: 'stream'; readonly streamUrl: string }
  | ({ readonly kind: 'here' } & ContentAnswer);

/**
 * A linked file for whoever has nothing but a browser or `curl -L`: one of a single chunk by the signed URL of its object, any other
 * by the address of the stream, both good for SIGNED_URL_MS. Where there is no stream, up to DOWNLOAD_HERE_BYTES_MAX bytes come with
 * the answer. Each answer that gives bytes, or a way to them, counts as one download, and none that gives nothing.
 *
 * Cost: that of openLink, the revision, an item per chunk of what is answered here, and 1 write.
 */
export async function downloadLink(
  dependencies: DownloadLinkDependencies,
  request: Omit<LinkContentRequest, 'page'>,
  visitor: LinkVisitor,
): Promise<Outcome<DownloadResponse>> {
  const { links, keyRing, objects } = dependencies;
  const opened = await openLink(dependencies, { token: request.token, visitor, role: 'view' });
  if (opened.kind === 'refused') return opened;
  const file = await findLinkedFile(opened.value, request.nodeId);
  if (file.kind === 'refused') return file;
  const revision = await findLinkedRevision(dependencies, opened.value, { file: file.value, rev: undefined });
  if (revision === undefined) return ended('gone');
  const { link, now } = opened.value;
  const { name } = file.value;
  const { chunks } = await readManifestPage(dependencies, revision, { start: 0, count: FILE_CHUNKS_MAX });
  const way = await findWay(dependencies, { revision, name, visitor, bytesMax: DOWNLOAD_HERE_BYTES_MAX }, chunks);
  if (way.kind === 'refused') return way;
  const isNothing = way.value.kind === 'here' && way.value.status === 416;
  if (!isNothing && !(await links.countUses(link.tokenHash, 1))) return ended('exhausted');
  switch (way.value.kind) {
    case 'object': {
      const url = await objects.signGet(way.value.objectKey, { disposition: contentDisposition(name) });
      return done({ kind: 'elsewhere', url });
    }
    case 'stream': {
      const { nodeId, rev } = revision;
      const ticket = { tokenHash: link.tokenHash, nodeId, rev, until: epochMs(now + SIGNED_URL_MS) };
      return done({ kind: 'elsewhere', url: way.value.streamUrl + (await signDownload(keyRing, ticket)) });
    }
    case 'here': {
      const { status, headers, span } = way.value;
      const parts: Uint8Array[] = [];
      const content = { domain: revision.domain, chunks };
      for await (const part of readContentBytes(dependencies, content, span)) parts.push(part);
      return done({ kind: 'here', status, headers, bytes: Buffer.concat(parts) });
    }
  }
}

async function findWay(
  { chunks: index, streamUrl }: DownloadLinkDependencies,
  asked: AskedContent,
  chunks: readonly ChunkRef[],
): Promise<Outcome<Way>> {
  const { revision } = asked;
  const objectKey = await findOwnObject(index, revision, chunks);
  if (objectKey !== undefined) return done({ kind: 'object', objectKey });
  if (streamUrl !== undefined && revision.size > 0) return done({ kind: 'stream', streamUrl });
  const answer = contentAnswer(asked);
  return answer.kind === 'refused' ? answer : done({ kind: 'here', ...answer.value });
}

/** The object that is the whole content, if there is one. A chunk in a pack has no address that a browser could follow. */
async function findOwnObject(
  index: DownloadLinkDependencies['chunks'],
  { domain }: StoredRevision,
  chunks: readonly ChunkRef[],
): Promise<string | undefined> {
  const [only] = chunks;
  if (only === undefined || chunks.length > 1) return undefined;
  const record = (await index.locate(domain, [only.hash])).get(only.hash);
  return record === undefined || isPackKey(record.objectKey) ? undefined : record.objectKey;
}
