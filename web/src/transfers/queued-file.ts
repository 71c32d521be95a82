import type { FileSource } from './file-source.ts';
import type { UploadItem, UploadStatus } from './transfer-state.ts';
import type { UploadRecord } from './upload-journal.ts';

/** A file in the queue. */
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
  const status: UploadStatus = record.isPaused ? 'paused' : source === undefined ? 'needs-file' : 'waiting';
  const { id, name, folders, target, size } = record;
  return {
    record,
    item: { id, name, folders, target, size, status, readBytes: 0, sentBytes: 0, isStalled: false },
    source,
    running: undefined,
    movedAtMs: 0,
    tries: 0,
  };
}
