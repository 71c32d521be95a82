import { assert, type ChunkHash, type ChunkRef, unpackManifest } from '@syncline/protocol';
import { manifestObjectKey, type ObjectStore } from '../chunks/object-store.ts';
import { isSet } from './confirmed-bits.ts';
import type { UploadSession } from './upload-store.ts';

/** The chunks of a session, in order, and where each hash stands. */
export interface SessionManifest {
  readonly chunks: readonly ChunkRef[];
  readonly places: ReadonlyMap<ChunkHash, ChunkPlaces>;
}

export interface ChunkPlaces {
  readonly size: number;
  /** Indexes in the manifest: a file may repeat a chunk. */
  readonly indexes: readonly number[];
}

/** Cost: nothing for a short manifest, one object of up to 576 KiB for a long one. */
export async function readSessionManifest(
  { objects }: { readonly objects: Pick<ObjectStore, 'read'> },
  session: UploadSession,
): Promise<SessionManifest> {
  const packed = session.manifest ?? (await objects.read(manifestObjectKey(session.domain, session.contentHash)));
  assert(packed !== undefined, 'the manifest of a session is stored before the session is answered');
  const chunks = unpackManifest(packed);
  assert(chunks.length === session.chunkCount, 'a session and its manifest belong together');
  const places = new Map<ChunkHash, { readonly size: number; readonly indexes: number[] }>();
  chunks.forEach(({ hash, size }, index) => {
    const known = places.get(hash);
    if (known === undefined) places.set(hash, { size, indexes: [index] });
    else known.indexes.push(index);
  });
  return { chunks, places };
}

/** Bytes of the file whose chunks are confirmed. */
export function confirmedBytes({ chunks }: SessionManifest, confirmed: Uint8Array): number {
  let bytes = 0;
  chunks.forEach(({ size }, index) => {
    if (isSet(confirmed, index)) bytes += size;
  });
  return bytes;
}
