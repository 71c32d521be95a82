import type { NamespaceId, NodeId } from '@syncline/protocol';

/**
 * - `waiting` for its turn; `reading` it is cut and hashed; `sending`; `saving` its commit is under way;
 * - `asking` a name exists: a person has to answer; `needs-file` after a reload the same file is asked for;
 * - `paused` by a person; `failed` with a reason, until a person retries; `done`; `skipped` by the answer to a question.
 */
export type UploadStatus =
  | 'waiting'
  | 'reading'
  | 'sending'
  | 'saving'
  | 'asking'
  | 'needs-file'
  | 'paused'
  | 'failed'
  | 'done'
  | 'skipped';

/** Why an upload, or a download, came to nothing. Each has a sentence in the catalogue. */
export type TransferFailure =
  | 'bad-name'
  | 'bad-folder'
  | 'long-name'
  | 'too-large'
  | 'too-many'
  | 'changed'
  | 'unreadable'
  | 'other-file'
  | 'folder-gone'
  | 'quota'
  | 'read-only'
  | 'signed-out'
  | 'damaged'
  | 'held-back'
  | 'refused';

/** One file on its way up, as it is shown. Plain data. */
export interface UploadItem {
  readonly id: string;
  readonly name: string;
  /** Names of the folders between the target and the file, as they were dropped. */
  readonly folders: readonly string[];
  /** An empty folder, which is to be made. It goes from the list once it is there. */
  readonly isFolder?: true;
  readonly target: UploadTarget;
  readonly size: number;
  readonly status: UploadStatus;
  /** Bytes that were read for hashing, while it is `reading`. */
  readonly readBytes: number;
  readonly sentBytes: number;
  /** Nothing has moved for STALLED_MS. */
  readonly isStalled: boolean;
  readonly failure?: TransferFailure;
  /** The service's own words, for what it refused; the name of a folder that cannot be stored. */
  readonly detail?: string;
  /** The file that it became. */
  readonly nodeId?: NodeId;
}

const HOPELESS = new Set<TransferFailure | undefined>(['bad-name', 'bad-folder', 'long-name', 'too-large', 'too-many']);

/** Whether the same file would fail in the same way again: it is neither tried again nor kept for a reload. */
export function isHopeless({ status, failure }: Pick<UploadItem, 'status' | 'failure'>): boolean {
  return status === 'failed' && HOPELESS.has(failure);
}

/** The folder that files are put into. */
export interface UploadTarget {
  readonly namespaceId: NamespaceId;
  readonly folderId: NodeId;
}

/** A name exists where a file was to go. `others` more questions wait for the same answer. */
export interface NameQuestion {
  readonly id: string;
  readonly name: string;
  /** A folder, or a file in whose place this one could be. */
  readonly kind: 'file' | 'folder';
  readonly others: number;
}

/** What becomes of a file whose name exists. */
export type NameAnswer = 'keep_both' | 'replace' | 'skip';

/** All uploads together. */
export interface UploadTotals {
  readonly files: number;
  readonly doneFiles: number;
  readonly failedFiles: number;
  readonly skippedFiles: number;
  readonly bytes: number;
  readonly sentBytes: number;
  readonly bytesPerSecond?: number;
  readonly secondsLeft?: number;
  readonly isPaused: boolean;
  /** The service cannot be reached; it is tried again. */
  readonly isOffline: boolean;
}

export interface UploadsState {
  readonly items: readonly UploadItem[];
  readonly question?: NameQuestion;
  readonly totals: UploadTotals;
}

/** Whether nothing more will happen to it by itself or by the queue. */
export function isOver(status: UploadStatus): boolean {
  return status === 'done' || status === 'skipped' || status === 'failed';
}

export function isUnderWay(status: UploadStatus): boolean {
  return status === 'reading' || status === 'sending' || status === 'saving';
}
