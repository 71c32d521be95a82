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
import { fileSourceOf } from '../transfers/file-source.ts';
import { secureRandom } from '../transfers/new-id.ts';
import type { StoredFor } from './change-runner.ts';

/** Stores the bytes of a change. Repeating it sends only what is not there. @throws UnavailableError */
export async function storeContent(api: ApiClient, content: Blob, to: StoredFor): Promise<UploadOutcome> {
  const window = new RequestWindow(systemClock);
  const dependencies = {
    api,
    transport: window.watch(createFetchTransport()),
    gate: new TransferGate({ tasksMax: WINDOW_TASKS_MAX, bytesMax: TRANSFER_BYTES_MAX, window }),
    clock: systemClock,
    random: secureRandom,
  };
  const [outcome] = await uploadFiles(dependencies, [{ ...to, ...fileSourceOf(content) }]);
  return outcome ?? { kind: 'unreadable', cause: new Error('one source has one outcome') };
}
