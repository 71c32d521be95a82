import type { UploadRecord } from './upload-journal.ts';

/** A file as a person, or a handle, gives it. */
export interface OfferedFile {
  readonly name: string;
  readonly size: number;
  readonly modifiedAtMs: number;
}

/**
 * Whether a file that is offered for an upload that was interrupted is the one that was begun. Of another size or another time of its last
 * write it is not. Its name on the disk may be another one: a person may have moved it.
 *
 * That the bytes are the same is not concluded from this: they are cut and hashed again, and the service is asked which chunks it has.
 */
export function decideResume(
  record: Pick<UploadRecord, 'size' | 'modifiedAtMs'>,
  offered: OfferedFile,
): 'resume' | 'other-file' {
  return offered.size === record.size && offered.modifiedAtMs === record.modifiedAtMs ? 'resume' : 'other-file';
}
