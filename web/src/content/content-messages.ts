import type { ApiAnswer } from '@syncline/client';
import type { ContentResponse, NamespaceId, NodeId } from '@syncline/protocol';

/** One file of an archive, with the folders around it. */
export interface ArchiveFile {
  readonly path: string;
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
  readonly rev: number;
  readonly size: number;
  readonly modifiedAtMs: number;
}

/** What the service worker asks a page for: it has no token itself. The answer comes through the port beside it. */
export interface ReadMessage {
  readonly kind: 'read';
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
  readonly rev: number;
  readonly page: string | undefined;
}

/** `blob`: the content itself, which waits in this browser to be sent. */
export type ReadAnswer = ApiAnswer<ContentResponse> | { readonly blob: Blob } | 'unavailable';

/** What a page tells the service worker. */
export type ToServiceWorker =
  /** Describes an archive; the port is told once it can be fetched. */
  | { readonly kind: 'archive'; readonly id: string; readonly files: readonly ArchiveFile[] }
  /** Something is being saved: the service worker is not idle. */
  | { readonly kind: 'awake' }
  /** Takes over from the one before, if this is the only page. */
  | { readonly kind: 'activate' }
  /** Forgets all contents, as when somebody signs out. */
  | { readonly kind: 'forget' };
