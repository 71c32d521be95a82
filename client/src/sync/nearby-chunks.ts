import type { ContentAmongOthers } from '@syncline/protocol';
import type { LocalContents } from '../engine/nearer-contents.ts';
import type { StagedContent } from '../engine/ports.ts';
import type { ContentLookahead } from '../transfers/content-lookahead.ts';
import type { PlacedChunk } from '../transfers/download-content.ts';
import { nameNow } from '../transfers/hashing.ts';
import type { KnownManifests } from '../transfers/known-manifests.ts';

export interface Nearby {
  readonly into: Pick<StagedContent, 'readSync' | 'write'>;
  readonly local: LocalContents;
  readonly manifests: Pick<KnownManifests, 'find'>;
  readonly lookahead: Pick<ContentLookahead, 'bytesOf'>;
}

/**
 * A chunk's bytes, perhaps: from where this download has written it, from a file with the same content, from other contents; then from what is
 * fetched together with its neighbours.
 */
export async function* readNearby(
  { into, local, manifests, lookahead }: Nearby,
  chunk: Pick<PlacedChunk, 'contentHash' | 'offset' | 'writtenAt' | 'ref'>,
): AsyncIterable<Uint8Array> {
  const { contentHash, offset, writtenAt, ref } = chunk;
  if (writtenAt !== undefined) yield into.readSync({ start: writtenAt, end: writtenAt + ref.size });
  for (const place of [{ contentHash, start: offset }, ...manifests.find(ref)]) {
    const bytes = await local.read(place.contentHash, { start: place.start, end: place.start + ref.size });
    if (bytes !== undefined) yield bytes;
  }
  const bytes = await lookahead.bytesOf(ref);
  if (bytes !== undefined) yield bytes;
}

/**
 * Writes a content that is one chunk, and is nearby; answers whether it was. Most small files are that, and need nothing of what a download keeps in
 * mind. The name of such a content tells that of its chunk, so bytes are compared with that alone.
 *
 * @throws the reason of an abort; what writing throws.
 */
export async function writeLoneChunk(
  nearby: Nearby,
  { chunks: [chunk, ...others], contentHash, nextPage, size }: ContentAmongOthers,
): Promise<boolean> {
  if (chunk?.size !== size || others.length > 0 || nextPage !== undefined) return false;
  const { hash } = chunk;
  for await (const bytes of readNearby(nearby, { contentHash, offset: 0, writtenAt: undefined, ref: { hash, size } })) {
    if (nameNow(bytes)?.contentHash !== contentHash) continue;
    await nearby.into.write(0, bytes);
    return true;
  }
  return false;
}
