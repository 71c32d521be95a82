import { type ApiClient, UnavailableError } from '@syncline/client';
import type { ContentResponse, NodeId } from '@syncline/protocol';
import type { ReadAnswer, ReadMessage } from './content-messages.ts';

/** Contents that need no network. */
export interface NearContents {
  isOnline(): boolean;
  /** Bytes that wait to be sent, by the revision that they have in this browser alone. */
  local(nodeId: NodeId, rev: number): Promise<Blob | undefined>;
  /** The whole manifest of a content whose chunks are all kept. */
  kept(nodeId: NodeId, rev: number): ContentResponse | undefined;
}

const NOTHING_NEAR: NearContents = { isOnline: () => true, local: async () => undefined, kept: () => undefined };

/**
 * Reads manifests for the service worker, which has no token. Tokens stay on this page: what goes to it are addresses of chunks, which end after
 * minutes, and only of contents that the signed-in account may read. Answers what ends it.
 */
export function serveReads(api: Pick<ApiClient, 'getContent'>, near: NearContents = NOTHING_NEAR): () => void {
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  if (serviceWorker === undefined) return () => undefined;
  const hear = ({ data, ports }: MessageEvent<ReadMessage>): void => {
    void read(api, near, data).then((answer) => ports[0]?.postMessage(answer));
  };
  serviceWorker.addEventListener('message', hear);
  serviceWorker.startMessages();
  return () => serviceWorker.removeEventListener('message', hear);
}

async function read(api: Pick<ApiClient, 'getContent'>, near: NearContents, message: ReadMessage): Promise<ReadAnswer> {
  const { nodeId, namespaceId, rev, page } = message;
  const blob = await near.local(nodeId, rev);
  if (blob !== undefined) return { blob };
  const kept = page === undefined ? near.kept(nodeId, rev) : undefined;
  const instead: ReadAnswer = kept === undefined ? 'unavailable' : { ok: true, value: kept };
  if (!near.isOnline()) return instead;
  try {
    return await api.getContent({ parameters: { nodeId }, query: { namespaceId, rev: String(rev), page } });
  } catch (failure) {
    if (failure instanceof UnavailableError) return instead;
    throw failure;
  }
}
