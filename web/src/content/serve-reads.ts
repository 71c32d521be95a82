import { type ApiClient, UnavailableError } from '@syncline/client';
import type { ReadAnswer, ReadMessage } from './content-messages.ts';

/**
 * Reads manifests for the service worker, which has no token. Tokens stay on this page: what goes to it are addresses of chunks, which end after
 * minutes, and only of contents that the signed-in account may read. Answers what ends it.
 */
export function serveReads(api: Pick<ApiClient, 'getContent'>): () => void {
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  if (serviceWorker === undefined) return () => undefined;
  const hear = ({ data, ports }: MessageEvent<ReadMessage>): void => {
    void read(api, data).then((answer) => ports[0]?.postMessage(answer));
  };
  serviceWorker.addEventListener('message', hear);
  serviceWorker.startMessages();
  return () => serviceWorker.removeEventListener('message', hear);
}

async function read(api: Pick<ApiClient, 'getContent'>, message: ReadMessage): Promise<ReadAnswer> {
  const { nodeId, namespaceId, rev, page } = message;
  try {
    return await api.getContent({ parameters: { nodeId }, query: { namespaceId, rev: String(rev), page } });
  } catch (failure) {
    if (failure instanceof UnavailableError) return 'unavailable';
    throw failure;
  }
}
