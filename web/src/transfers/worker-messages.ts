import type { DeviceId, Node } from '@syncline/protocol';
import type { NameAnswer, NameQuestion, UploadItem, UploadTarget, UploadTotals } from './transfer-state.ts';

/** A file on its way from the page to the worker: a reference to it, none of its bytes. */
export interface HandedFile {
  readonly file: File;
  readonly folders: readonly string[];
  readonly handle?: FileSystemFileHandle | undefined;
  /** Its bytes are kept with the journal: there is no file on the disk to ask for again. */
  readonly isKept?: boolean | undefined;
}

/** What the page tells the worker. */
export type ToWorker =
  | { readonly kind: 'start'; readonly apiUrl: string; readonly accountId: string; readonly deviceId: DeviceId }
  | {
      readonly kind: 'add';
      readonly target: UploadTarget;
      readonly files: readonly HandedFile[];
      readonly emptyFolders: readonly (readonly string[])[];
    }
  | { readonly kind: 'give-file'; readonly id: string; readonly file: File }
  | { readonly kind: 'pause' | 'resume' | 'cancel' | 'retry'; readonly ids?: readonly string[] | undefined }
  | { readonly kind: 'answer'; readonly id: string; readonly answer: NameAnswer; readonly isForAll: boolean }
  | { readonly kind: 'clear' }
  | { readonly kind: 'online' }
  | { readonly kind: 'token'; readonly call: number; readonly token: string | undefined };

/** What the worker tells the page. */
export type FromWorker =
  | {
      readonly kind: 'changes';
      readonly items: readonly UploadItem[];
      readonly gone: readonly string[];
      readonly totals: UploadTotals;
      readonly question: NameQuestion | undefined;
      /** Files and folders that are there since the last report. */
      readonly nodes: readonly Node[];
    }
  /** Without `refused` the present token is wanted, otherwise another one. */
  | { readonly kind: 'token-wanted'; readonly call: number; readonly refused: string | undefined };
