import { assert, type ChunkHash, PACKED_ENTRY_BYTES, packedChunk, packedLength, packedSize } from '@syncline/protocol';
import { manifestObjectKey, type ObjectStore } from '../chunks/object-store.ts';
import { isSet } from './confirmed-bits.ts';
import type { UploadSession } from './upload-store.ts';

/** Where chunks stand in a manifest, by hash. Those that do not stand in it are left out. */
export type PlacesByHash = ReadonlyMap<ChunkHash, ChunkPlaces>;

export interface ChunkPlaces {
  readonly size: number;
  /** Indexes in the manifest: a file may repeat a chunk. */
  readonly indexes: readonly number[];
}

/**
 * The packed manifest of a session. It is not unpacked: a large file is checked hundreds of times, each time for a few of its
 * thousands of chunks. Cost: nothing for a short manifest, one object of up to 576 KiB for a long one.
 */
export async function readSessionManifest(
  { objects }: { readonly objects: Pick<ObjectStore, 'read'> },
  session: UploadSession,
): Promise<Uint8Array> {
  const packed = session.manifest ?? (await objects.read(manifestObjectKey(session.domain, session.contentHash)));
  assert(packed !== undefined, 'the manifest of a session is stored before the session is answered');
  assert(packedLength(packed) === session.chunkCount, 'a session and its manifest belong together');
  return packed;
}

/** Looks for chunks in a packed manifest, in one pass over it. */
export function findPlaces(packed: Uint8Array, hashes: Iterable<ChunkHash>): PlacesByHash {
  const wanted = new Map<number, ChunkHash[]>();
  for (const hash of new Set(hashes)) {
    const prefix = Number.parseInt(hash.slice(0, PREFIX_DIGITS), 16);
    const alike = wanted.get(prefix);
    if (alike === undefined) wanted.set(prefix, [hash]);
    else alike.push(hash);
  }
  const places = new Map<ChunkHash, { readonly size: number; readonly indexes: number[] }>();
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const count = packedLength(packed);
  for (let index = 0; index < count; index++) {
    const alike = wanted.get(view.getUint32(index * PACKED_ENTRY_BYTES));
    if (alike === undefined) continue;
    const { hash, size } = packedChunk(packed, index);
    if (!alike.includes(hash)) continue;

    const known = places.get(hash);
    if (known === undefined) places.set(hash, { size, indexes: [index] });
    else known.indexes.push(index);
  }
  return places;
}

/** Digits of a hash that are one unsigned 32-bit number: few chunks of a manifest share them. */
const PREFIX_DIGITS = 8;

/** Bytes of the file whose chunks are confirmed. */
export function confirmedBytes(packed: Uint8Array, confirmed: Uint8Array): number {
  const count = packedLength(packed);
  let bytes = 0;
  for (let index = 0; index < count; index++) if (isSet(confirmed, index)) bytes += packedSize(packed, index);
  return bytes;
}
