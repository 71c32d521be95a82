import { ChunkHash, packedChunk, packedLength } from '@syncline/protocol';
import { manifestDomain } from '../chunks/dedup-domain.ts';
import { manifestObjectKey, type ObjectStore } from '../chunks/object-store.ts';
import type { ContentKey, DomainChunks } from './reference-store.ts';

/**
 * What of the bucket a content needs: its chunks, each once, and its manifest if that is an object; undefined when the manifest is gone.
 * Cost: nothing for a short manifest, one object of up to 576 KiB for a long one.
 */
export async function readContentChunks(
  { objects }: { readonly objects: Pick<ObjectStore, 'read'> },
  { domain, contentHash, manifest }: ContentKey,
): Promise<readonly DomainChunks[] | undefined> {
  const packed = manifest ?? (await objects.read(manifestObjectKey(domain, contentHash)));
  if (packed === undefined) return undefined;
  const hashes = new Set<ChunkHash>();
  const count = packedLength(packed);
  for (let index = 0; index < count; index++) hashes.add(packedChunk(packed, index).hash);
  const chunks = { domain, hashes: [...hashes] };
  if (manifest !== undefined) return [chunks];
  return [chunks, { domain: manifestDomain(domain), hashes: [ChunkHash.parse(contentHash)] }];
}
