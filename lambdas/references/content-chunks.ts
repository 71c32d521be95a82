import { ChunkHash, packedChunk, packedLength } from '@syncline/protocol';
import { manifestObjectKey, type ObjectStore } from '../chunks/object-store.ts';
import type { ContentKey } from './reference-store.ts';

/** What of the bucket a content needs. */
export interface ContentChunks {
  /** Each once. */
  readonly chunks: ReadonlySet<ChunkHash>;
  /** The name of the object in which the manifest lies, if it does. */
  readonly manifest?: ChunkHash;
}

/**
 * The chunks of a content; undefined when its manifest is gone. Cost: nothing for a short manifest, one object of up to 576 KiB for a
 * long one.
 */
export async function readContentChunks(
  { objects }: { readonly objects: Pick<ObjectStore, 'read'> },
  { domain, contentHash, manifest }: ContentKey,
): Promise<ContentChunks | undefined> {
  const packed = manifest ?? (await objects.read(manifestObjectKey(domain, contentHash)));
  if (packed === undefined) return undefined;
  const chunks = new Set<ChunkHash>();
  const count = packedLength(packed);
  for (let index = 0; index < count; index++) chunks.add(packedChunk(packed, index).hash);
  return manifest === undefined ? { chunks, manifest: ChunkHash.parse(contentHash) } : { chunks };
}

/** Everything in the bucket that a content needs, by name. */
export function neededHashes({ chunks, manifest }: ContentChunks): readonly ChunkHash[] {
  return manifest === undefined ? [...chunks] : [...new Set([...chunks, manifest])];
}
