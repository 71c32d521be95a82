import {
  type ApiClient,
  createFetchTransport,
  RequestWindow,
  systemClock,
  TRANSFER_BYTES_MAX,
  TransferGate,
  type UploadOutcome,
  uploadFiles,
  WINDOW_TASKS_MAX,
} from '@syncline/client';
import type { NamespaceId } from '@syncline/protocol';
import { secureRandom } from '../transfers/new-id.ts';

/** Stores the bytes of a change. Repeating it sends only what is not there. @throws UnavailableError */
export async function storeContent(api: ApiClient, content: Blob, namespaceId: NamespaceId): Promise<UploadOutcome> {
  const window = new RequestWindow(systemClock);
  const dependencies = {
    api,
    transport: window.watch(createFetchTransport()),
    gate: new TransferGate({ tasksMax: WINDOW_TASKS_MAX, bytesMax: TRANSFER_BYTES_MAX, window }),
    clock: systemClock,
    random: secureRandom,
  };
  const source = {
    namespaceId,
    size: content.size,
    read: async ({ start, end }: { readonly start: number; readonly end: number }) =>
      new Uint8Array(await content.slice(start, end).arrayBuffer()),
  };
  const [outcome] = await uploadFiles(dependencies, [source]);
  return outcome ?? { kind: 'unreadable', cause: new Error('one source has one outcome') };
}
