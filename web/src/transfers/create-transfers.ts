import type { AccessTokens } from '@syncline/client';
import type { DeviceId, Node } from '@syncline/protocol';
import { openUploadJournal } from './indexed-db-upload-journal.ts';
import type { NameAnswer, UploadItem, UploadsState, UploadTarget } from './transfer-state.ts';
import type { FromWorker, HandedFile, ToWorker } from './worker-messages.ts';

/** What is to be uploaded: files with the folders around them, and folders in which nothing is. */
export interface UploadSelection {
  readonly files: readonly HandedFile[];
  readonly emptyFolders: readonly (readonly string[])[];
  /** Paths of files and folders that the browser could not read. */
  readonly unread: readonly string[];
  /** It was more than what is taken at once: the rest is not here. */
  readonly isCut: boolean;
}

export interface UploadsDependencies {
  /** Such as `https://app.example.com`, without `/v1`. */
  readonly apiUrl: string;
  readonly accountId: string;
  readonly deviceId: DeviceId;
  readonly tokens: AccessTokens;
  /** Told of files and folders that are there: the service tells other devices, not the one that made them. */
  readonly onUploaded?: (nodes: readonly Node[]) => void;
}

/** Uploads of this tab, for React's `useSyncExternalStore`: `subscribe` and `state`. */
export interface Uploads {
  readonly subscribe: (listener: () => void) => () => void;
  /** The same object until something has changed. */
  readonly state: () => UploadsState;
  upload(selection: UploadSelection, target: UploadTarget): void;
  /** All, or those that are named. */
  pause(ids?: readonly string[]): void;
  resume(ids?: readonly string[]): void;
  cancel(ids?: readonly string[]): void;
  retry(ids?: readonly string[]): void;
  answer(id: string, answer: NameAnswer, isForAll: boolean): void;
  /** The file that an upload asks for after a reload. */
  giveFile(id: string, file: File): void;
  /**
   * Asks the browser for the file of an interrupted upload, where it gave a handle before. False where a person has to choose it. Call it
   * from a click: the browser may ask for permission.
   */
  reopen(id: string): Promise<boolean>;
  /** Takes what is over from the list. */
  clear(): void;
  close(): void;
}

const NOTHING: UploadsState = {
  items: [],
  totals: {
    files: 0,
    doneFiles: 0,
    failedFiles: 0,
    skippedFiles: 0,
    bytes: 0,
    sentBytes: 0,
    isPaused: false,
    isOffline: false,
  },
};

/** A worker does it, which is started by the first upload, or at once where an earlier page has left one: what it is made of is not needed before. */
export function createUploads(dependencies: UploadsDependencies): Uploads {
  const { apiUrl, accountId, deviceId, tokens } = dependencies;
  let worker: Worker | undefined;
  const tell = (message: ToWorker): void => (worker ?? start()).postMessage(message);
  const listeners = new Set<() => void>();
  const items = new Map<string, UploadItem>();
  let state = NOTHING;

  const answerToken = async (call: number, refused: string | undefined): Promise<void> => {
    // What fails here fails in the worker, too, which tries again.
    const token = await (refused === undefined ? tokens.current() : tokens.renew(refused)).catch(() => undefined);
    tell({ kind: 'token', call, token });
  };
  const hear = ({ data: message }: MessageEvent<FromWorker>): void => {
    if (message.kind === 'token-wanted') {
      void answerToken(message.call, message.refused);
      return;
    }
    for (const item of message.items) items.set(item.id, item);
    for (const id of message.gone) items.delete(id);
    const { totals, question, nodes } = message;
    state = { items: [...items.values()], totals, ...(question === undefined ? {} : { question }) };
    for (const listener of listeners) listener();
    if (nodes.length > 0) dependencies.onUploaded?.(nodes);
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./upload-worker.ts', import.meta.url), { type: 'module', name: 'uploads' });
    worker = started;
    started.addEventListener('message', hear);
    tell({ kind: 'start', apiUrl, accountId, deviceId });
    return started;
  };
  const online = (): void => worker?.postMessage({ kind: 'online' } satisfies ToWorker);
  globalThis.addEventListener('online', online);
  let isClosed = false;
  const takeUp = async (): Promise<void> => {
    if ((await hasLeft(accountId)) && !isClosed && worker === undefined) start();
  };
  void takeUp();

  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    state: () => state,
    upload: ({ files, emptyFolders }, target) => tell({ kind: 'add', target, files, emptyFolders }),
    pause: (ids) => tell({ kind: 'pause', ids }),
    resume: (ids) => tell({ kind: 'resume', ids }),
    cancel: (ids) => tell({ kind: 'cancel', ids }),
    retry: (ids) => tell({ kind: 'retry', ids }),
    answer: (id, answer, isForAll) => tell({ kind: 'answer', id, answer, isForAll }),
    giveFile: (id, file) => tell({ kind: 'give-file', id, file }),
    reopen: async (id) => {
      const file = await fileOfHandle(accountId, id);
      if (file !== undefined) tell({ kind: 'give-file', id, file });
      return file !== undefined;
    },
    clear: () => tell({ kind: 'clear' }),
    close: () => {
      isClosed = true;
      globalThis.removeEventListener('online', online);
      worker?.terminate();
    },
  };
}

/** Whether there are uploads that are not over. False where the browser keeps nothing, as in some private windows. */
async function hasLeft(accountId: string): Promise<boolean> {
  try {
    return (await (await openUploadJournal(accountId)).all()).length > 0;
  } catch (failure) {
    if (failure instanceof DOMException) return false;
    throw failure;
  }
}

async function fileOfHandle(accountId: string, id: string): Promise<File | undefined> {
  const journal = await openUploadJournal(accountId);
  const handle = (await journal.all()).find((record) => record.id === id)?.handle;
  if (!(handle instanceof FileSystemFileHandle)) return undefined;
  const asked = handle as FileSystemFileHandle & { readonly requestPermission?: () => Promise<PermissionState> };
  if ((await asked.requestPermission?.()) !== 'granted') return undefined;
  // A handle whose file was moved is as good as none.
  return handle.getFile().catch(() => undefined);
}
