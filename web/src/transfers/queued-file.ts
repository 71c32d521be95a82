import { NAME_BYTES_MAX, nameDefect, utf8Length } from '@syncline/protocol';
import type { FileSource } from './file-source.ts';
import type { TransferFailure, UploadItem, UploadStatus } from './transfer-state.ts';
import type { UploadRecord } from './upload-journal.ts';

/** A file in the queue, or an empty folder. */
export interface QueuedFile {
  record: UploadRecord;
  item: UploadItem;
  source: FileSource | undefined;
  /** Ends what is under way of it. */
  running: AbortController | undefined;
  movedAtMs: number;
  tries: number;
}

/** A record as it is shown before anything was done. */
export function queuedFile(record: UploadRecord, source: FileSource | undefined): QueuedFile {
  const status = record.isPaused ? 'paused' : statusToBegin({ record, source });
  const { id, name, folders, target, size, isFolder } = record;
  const shown = { id, name, folders, target, size, ...(isFolder === undefined ? {} : { isFolder }) };
  return {
    record,
    item: { ...shown, status, readBytes: 0, sentBytes: 0, isStalled: false },
    source,
    running: undefined,
    movedAtMs: 0,
    tries: 0,
  };
}

/** What it is when it may be begun: without its bytes a file has to be asked for. */
export function statusToBegin({ record, source }: Pick<QueuedFile, 'record' | 'source'>): UploadStatus {
  return source === undefined && record.isFolder === undefined ? 'needs-file' : 'waiting';
}

/** Names of the folders that have to be there before it can go, or be over. */
export function foldersOf({ folders, name, isFolder }: UploadRecord): readonly string[] {
  return isFolder === undefined ? folders : [...folders, name];
}

/** Why the service would refuse its name, or that of a folder around it. */
export function nameFailure(
  record: UploadRecord,
): { readonly failure: TransferFailure; readonly detail?: string } | undefined {
  const folder = foldersOf(record).find((name) => nameDefect(name) !== undefined);
  if (folder !== undefined) return { failure: 'bad-folder', detail: folder };
  const { name } = record;
  if (nameDefect(name) === undefined) return undefined;
  return { failure: name.isWellFormed() && utf8Length(name) > NAME_BYTES_MAX ? 'long-name' : 'bad-name' };
}
