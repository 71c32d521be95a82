import { hash as digest } from 'node:crypto';
import { assert, ChunkHash, storedLength } from '@syncline/protocol';
import { isOwnObject, type NewChunk } from '../chunks/chunk-index.ts';
import type { ObjectStore } from '../chunks/object-store.ts';
import { openStored } from '../chunks/open-stored.ts';
import { findWrongMembers } from '../packs/find-wrong-members.ts';
import { type PackIndex, type PackRecord, packObjectKey } from '../packs/pack-index.ts';
import { placeMembers } from '../packs/place-members.ts';

export interface InspectDependencies {
  readonly objects: Pick<ObjectStore, 'head' | 'read'>;
  readonly packs: Pick<PackIndex, 'get'>;
}

/** `lost`: there is no object. `damaged`: it holds other bytes than its name says. */
export type Defect = 'lost' | 'damaged';

/** `head`: what the store says that it computed when the bytes came. `bytes`: all bytes are read and hashed. */
export type InspectionDepth = 'head' | 'bytes';

/**
 * What is wrong with the bytes of a recorded chunk, or of a manifest that is recorded like one. Of one that lies in a pack `head` only
 * looks whether the pack says the same; the object of the pack is looked at by itself. Where nobody has a checksum the bytes are read.
 * Cost: 1 HEAD, and 1 GET for `bytes`; of a chunk in a pack 1 read of a row, or 1 GET of a range.
 */
export async function inspectChunk(
  dependencies: InspectDependencies,
  chunk: NewChunk & { readonly domain: string },
  depth: InspectionDepth,
): Promise<Defect | undefined> {
  if (!isOwnObject(chunk)) return inspectMember(dependencies, chunk, depth);
  const { hash, size, objectKey } = chunk;
  const head = await dependencies.objects.head(objectKey);
  if (head === undefined) return 'lost';
  if (head.size !== size || (head.sha256 !== undefined && head.sha256 !== hash)) return 'damaged';
  return depth === 'bytes' || head.sha256 === undefined ? readChunk(dependencies, chunk) : undefined;
}

async function inspectMember(
  dependencies: InspectDependencies,
  chunk: NewChunk & { readonly domain: string },
  depth: InspectionDepth,
): Promise<Defect | undefined> {
  const { domain, objectKey, hash, offset } = chunk;
  const pack = await dependencies.packs.get({
    domain,
    hash: ChunkHash.parse(objectKey.slice(objectKey.lastIndexOf('/') + 1)),
  });
  const isListed = placeMembers(pack?.members ?? []).some((member) => member.hash === hash && member.offset === offset);
  return depth === 'bytes' || !isListed ? readChunk(dependencies, chunk) : undefined;
}

async function readChunk({ objects }: InspectDependencies, chunk: NewChunk): Promise<Defect | undefined> {
  const length = storedLength(chunk);
  const range = isOwnObject(chunk) ? undefined : { offset: chunk.offset, length };
  const stored = await objects.read(chunk.objectKey, range);
  if (stored === undefined) return 'lost';
  const bytes = openStored(chunk, stored);
  return bytes !== undefined && digest('sha256', bytes) === chunk.hash ? undefined : 'damaged';
}

export interface PackInspection {
  readonly defect?: Defect;
  /** Members whose bytes, opened, are not theirs; known for `bytes` alone. */
  readonly wrong: readonly ChunkHash[];
}

/** What is wrong with the object of a recorded pack. Cost: 1 HEAD, and 1 GET for `bytes`. */
export async function inspectPack(
  { objects }: Pick<InspectDependencies, 'objects'>,
  pack: PackRecord,
  depth: InspectionDepth,
): Promise<PackInspection> {
  const objectKey = packObjectKey(pack);
  const head = await objects.head(objectKey);
  if (head === undefined) return { defect: 'lost', wrong: [] };
  const size = pack.members.reduce((sum, member) => sum + storedLength(member), 0);
  const isAsStored = head.size === size && (head.sha256 === undefined || head.sha256 === pack.hash);
  if (depth === 'head' && head.sha256 !== undefined)
    return isAsStored ? { wrong: [] } : { defect: 'damaged', wrong: [] };
  const bytes = await objects.read(objectKey);
  if (bytes === undefined) return { defect: 'lost', wrong: [] };
  const members = placeMembers(pack.members);
  const wrong = findWrongMembers(members, bytes).map((index) => {
    const member = members[index];
    assert(member !== undefined, 'a wrong member is one of the pack');
    return member.hash;
  });
  const isWhole = isAsStored && digest('sha256', bytes) === pack.hash;
  return isWhole && wrong.length === 0 ? { wrong } : { defect: 'damaged', wrong };
}
