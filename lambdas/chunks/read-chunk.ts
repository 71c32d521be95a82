import { createHash } from 'node:crypto';
import { assert, type ChunkHash, storedLength } from '@syncline/protocol';
import { isPackKey } from '../packs/pack-index.ts';
import type { ChunkRecord } from './chunk-index.ts';
import type { ObjectStore } from './object-store.ts';
import { openStored } from './open-stored.ts';

/**
 * The plain bytes of a chunk, wherever and however it lies, which are what its hash says. Precondition: it is of a revision that may be read now.
 * Cost: one GET.
 * @throws InvariantError when it is not there, or is another one.
 */
export async function readChunk(
  { objects }: { readonly objects: Pick<ObjectStore, 'read'> },
  hash: ChunkHash | undefined,
  records: ReadonlyMap<ChunkHash, ChunkRecord>,
): Promise<Uint8Array> {
  const record = hash === undefined ? undefined : records.get(hash);
  assert(record !== undefined, 'every chunk of a retained revision is stored');
  const { objectKey, offset } = record;
  const range = isPackKey(objectKey) ? { offset, length: storedLength(record) } : undefined;
  const stored = await objects.read(objectKey, range);
  assert(stored !== undefined, 'the object of a stored chunk is there');
  const bytes = openStored(record, stored);
  assert(bytes !== undefined, 'a chunk lies in the form that its record says');
  assert(createHash('sha256').update(bytes).digest('hex') === hash, 'a chunk has the bytes of its hash');
  return bytes;
}
