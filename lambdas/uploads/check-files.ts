import { createHash } from 'node:crypto';
import {
  type ChunkHash,
  type FieldDefect,
  manifestSize,
  packManifest,
  UPLOAD_CHUNKS_MAX,
  type UploadFile,
} from '@syncline/protocol';
import type * as z from 'zod/mini';
import { refusedFor } from '../runtime/decode-request.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';

/** A file whose description holds together, with its packed manifest. */
export interface CheckedFile extends UploadFile {
  readonly packed: Uint8Array;
}

/** All that can be known to be wrong from the request alone: sums, names of contents, and the lengths that hashes have. */
export function checkFiles(files: readonly UploadFile[]): Outcome<readonly CheckedFile[]> {
  const chunkCount = files.reduce((count, file) => count + file.chunks.length, 0);
  if (chunkCount > UPLOAD_CHUNKS_MAX) {
    return refused('too_large', `one request names at most ${UPLOAD_CHUNKS_MAX} chunks`, {
      limit: 'UPLOAD_CHUNKS_MAX',
      max: UPLOAD_CHUNKS_MAX,
    });
  }
  const checked = files.map((file) => ({ ...file, packed: packManifest(file.chunks) }));
  const defects = [...checked.flatMap(defectsOf), ...lengthDefects(files)];
  return defects.length === 0 ? done(checked) : refusedFor(defects);
}

type Defect = z.infer<typeof FieldDefect>;

function defectsOf(file: CheckedFile, index: number): readonly Defect[] {
  const defects: Defect[] = [];
  if (manifestSize(file.chunks) !== file.size) {
    defects.push({ path: `body.files.${index}.size`, message: 'must be the sum of the chunk sizes' });
  }
  if (createHash('sha256').update(file.packed).digest('hex') !== file.contentHash) {
    defects.push({ path: `body.files.${index}.contentHash`, message: 'must be the SHA-256 of the packed manifest' });
  }
  return defects;
}

/** A hash names bytes, and bytes have one length. */
function lengthDefects(files: readonly UploadFile[]): readonly Defect[] {
  const sizes = new Map<ChunkHash, number>();
  const defects: Defect[] = [];
  files.forEach((file, fileIndex) => {
    file.chunks.forEach(({ hash, size }, index) => {
      const first = sizes.get(hash);
      if (first === undefined) sizes.set(hash, size);
      else if (first !== size) {
        const path = `body.files.${fileIndex}.chunks.${index}.size`;
        defects.push({ path, message: 'must be the same wherever the hash stands' });
      }
    });
  });
  return defects;
}
