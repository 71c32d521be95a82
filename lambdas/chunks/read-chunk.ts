import { createHash } from 'node:crypto';
import { assert, type ChunkHash, storedLength } from '@syncline/protocol';
import { isPackKey } from '../packs/pack-index.ts';
import type { ChunkRecord } from './chunk-index.ts';
import type { ObjectStore } from './object-store.ts';
import { openStored } from './open-stored.ts';

interface Reading {
  readonly objects: Pick<ObjectStore, 'read'>;
}

/**
 * The plain bytes of a chunk, wherever and however it lies, which are what its hash says. Precondition: it is of a revision that may be read now.
 * Cost: one GET.
 * @throws InvariantError when it is not there, or is another one.
 */
export async function readChunk(
  dependencies: Reading,
  hash: ChunkHash | undefined,
  records: ReadonlyMap<ChunkHash, ChunkRecord>,
): Promise<Uint8Array> {
  const record = hash === undefined ? undefined : records.get(hash);
  assert(record !== undefined, 'every chunk of a retained revision is stored');
  const bytes = await readWhole(dependencies, record);
  assert(
    bytes !== undefined,
    'a stored chunk is there in the form of its record, and a chunk has the bytes of its hash',
  );
  return bytes;
}

/** The same for who can do without: undefined when it is not there, or is another one. */
export async function readWhole({ objects }: Reading, record: ChunkRecord): Promise<Uint8Array | undefined> {
  const { objectKey, offset, hash } = record;
  const range = isPackKey(objectKey) ? { offset, length: storedLength(record) } : undefined;
  const stored = await objects.read(objectKey, range);
  const bytes = stored === undefined ? undefined : openStored(record, stored);
  return bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === hash ? bytes : undefined;
}
