import { COMMIT_OPERATIONS_MAX, PACK_BYTES_MAX } from '@syncline/protocol';
import { SLICE_EXCESS_MAX, SLICE_MARGIN, UPLOAD_SLICE_FILES } from './limits.ts';

export interface Slice {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Whether a slice of files that are sent together ends before a file of `nextBytes`. `bytesMax` is what the line carries in good time.
 *
 * A slice has bytes for whole packs, since a rest would travel in one of its own. One of many files fills its commits too: it ends where
 * another full one would not fit, of files as large as those so far.
 */
export function sliceIsFull({ files, bytes }: Slice, nextBytes: number, bytesMax: number): boolean {
  if (files === 0) return false;
  const packsBytes = Math.max(1, Math.floor(bytesMax / PACK_BYTES_MAX)) * PACK_BYTES_MAX;
  if (files < COMMIT_OPERATIONS_MAX) return bytes + nextBytes > packsBytes;
  if (files % COMMIT_OPERATIONS_MAX !== 0) return bytes + nextBytes > packsBytes * SLICE_EXCESS_MAX;
  const expected = (bytes / files) * COMMIT_OPERATIONS_MAX * SLICE_MARGIN;
  return files >= UPLOAD_SLICE_FILES || bytes + expected > packsBytes;
}
