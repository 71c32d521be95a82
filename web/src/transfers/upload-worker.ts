import {
  createApiClient,
  createFetchTransport,
  RequestWindow,
  systemClock,
  TRANSFER_BYTES_MAX,
  TransferGate,
  WINDOW_TASKS_MAX,
} from '@syncline/client';
import type { Node } from '@syncline/protocol';
import { type FileSource, fileSourceOf } from './file-source.ts';
import { openUploadJournal } from './indexed-db-upload-journal.ts';
import { REPORT_MS, STALL_LOOK_MS } from './limits.ts';
import { createMemoryUploadJournal } from './memory-upload-journal.ts';
import { newId, secureRandom } from './new-id.ts';
import { createPageTokens } from './page-tokens.ts';
import type { UploadJournal, UploadRecord } from './upload-journal.ts';
import { UploadQueue } from './upload-queue.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** The worker in which files are read, cut, hashed and sent, so that the page stays quick. */
const page = globalThis as unknown as {
  postMessage(message: FromWorker): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
};

const tokens = createPageTokens((call, refused) => page.postMessage({ kind: 'token-wanted', call, refused }));
let queue: Promise<UploadQueue> | undefined;
const nodes: Node[] = [];
let reporting: number | undefined;

page.addEventListener('message', ({ data: message }) => {
  if (message.kind === 'token') tokens.settle(message.call, message.token);
  else if (message.kind === 'start') queue ??= start(message);
  else void queue?.then((opened) => obey(opened, message));
});

async function start(message: Extract<ToWorker, { readonly kind: 'start' }>): Promise<UploadQueue> {
  const { apiUrl, accountId, deviceId } = message;
  const window = new RequestWindow(systemClock);
  const transport = createFetchTransport();
  const base = { clock: systemClock, random: secureRandom };
  const owner = newId(secureRandom);
  const journal = await openUploadJournal(accountId).catch(() => createMemoryUploadJournal());
  const opened: UploadQueue = new UploadQueue({
    ...base,
    api: createApiClient({ ...base, baseUrl: apiUrl, transport, tokens, deviceId }),
    transport: window.watch(transport),
    gate: new TransferGate({ tasksMax: WINDOW_TASKS_MAX, bytesMax: TRANSFER_BYTES_MAX, window }),
    journal,
    owner,
    onNode: (node) => nodes.push(node),
    onChange: () => reportSoon(() => opened),
  });
  holdFor(lockOf(owner));
  const left = await takeOver(journal, owner);
  opened.adopt(left);
  setInterval(() => opened.lookForStalls(), STALL_LOOK_MS);
  return opened;
}

function obey(opened: UploadQueue, message: Exclude<ToWorker, { readonly kind: 'start' | 'token' }>): void {
  switch (message.kind) {
    case 'add': {
      const inputs = message.files.map(({ file, folders, handle, isKept }) => ({
        name: file.name,
        folders,
        source: fileSourceOf(file),
        ...(handle === undefined ? {} : { handle }),
        ...(isKept === true ? { blob: file } : {}),
      }));
      void opened.add(inputs, message.target, message.emptyFolders);
      return;
    }
    case 'give-file':
      opened.giveFile(message.id, fileSourceOf(message.file));
      return;
    case 'answer':
      opened.answer(message.id, message.answer, message.isForAll);
      return;
    case 'clear':
      opened.clear();
      return;
    case 'online':
      opened.tryAgain();
      return;
    default:
      opened[message.kind](message.ids);
  }
}

/** Many changes make one report. */
function reportSoon(opened: () => UploadQueue): void {
  reporting ??= self.setTimeout(() => {
    reporting = undefined;
    const { items, gone } = opened().takeChanges();
    const { totals, question } = opened();
    page.postMessage({ kind: 'changes', items, gone, totals, question, nodes: nodes.splice(0) });
  }, REPORT_MS);
}

/** What tabs have left that are gone: each holds a lock as long as it lives. */
async function takeOver(journal: UploadJournal, owner: string) {
  const records = await journal.all();
  const owners = new Set(records.map((record) => record.owner));
  const mine: { readonly record: UploadRecord; readonly source: FileSource | undefined }[] = [];
  for (const other of owners) {
    await navigator.locks.request(lockOf(other), { ifAvailable: true }, async (lock) => {
      if (lock === null) return;
      const left = records.filter((record) => record.owner === other).map((record) => ({ ...record, owner }));
      await journal.put(left);
      for (const record of left) mine.push({ record, source: await sourceOf(record) });
    });
  }
  return mine.toSorted((a, b) => a.record.order - b.record.order);
}

async function sourceOf({ blob, handle, modifiedAtMs }: UploadRecord): Promise<FileSource | undefined> {
  if (blob !== undefined) return { ...fileSourceOf(blob), modifiedAtMs };
  if (!(handle instanceof FileSystemFileHandle)) return undefined;
  const isGranted = (await permissionOf(handle)) === 'granted';
  // A handle whose file is gone is as good as none: the file is asked for.
  return isGranted ? handle.getFile().then(fileSourceOf, () => undefined) : undefined;
}

function permissionOf(handle: FileSystemFileHandle): Promise<PermissionState> {
  const asked = handle as FileSystemFileHandle & { readonly queryPermission?: () => Promise<PermissionState> };
  return asked.queryPermission?.() ?? Promise.resolve('prompt');
}

/** Held until the worker ends. */
function holdFor(name: string): void {
  void navigator.locks.request(name, () => new Promise(() => undefined));
}

function lockOf(owner: string): string {
  return `syncline-uploads-${owner}`;
}
