import type { ChunkHash } from '@syncline/protocol';
import { ORPHAN_AGE_MS } from './limits.ts';
import { parseObjectKey } from './object-kind.ts';
import type { ListedObject } from './removable-objects.ts';
import type { SweepDependencies, SweepPass, SweepTime } from './sweep-dependencies.ts';

/**
 * `unrecorded`: a retained file needs it and its record is gone. It stays for whoever mends that. `noted`: a pack without a record, of which the
 * next pass finds out whether a chunk lies in it.
 */
export type ObjectSweepOutcome = 'kept' | 'unrecorded' | 'noted' | 'removed' | 'overtaken';

type ObjectDependencies = Pick<SweepDependencies, 'index' | 'packs' | 'references' | 'removable'>;

/**
 * Removes an object that no record names: a PUT that was never reported, a pack that was never confirmed, a manifest of an upload that
 * was never opened, the loser of a race. What a record names goes with its record (sweep-chunk.ts), and is left alone here.
 *
 * It must be ORPHAN_AGE_MS old. But what makes this safe is no clock: before it goes, it is noted that this version is being removed, and a
 * client that would have it recorded after that is told to send it again. And what is referenced stays, for a record may be lost as well:
 * of a pack nobody knows what lies in it then, but for the records of its chunks, so all of those are gone through first. Cost of an object that is kept: 1 read.
 */
export async function sweepObject(
  dependencies: ObjectDependencies,
  pass: SweepPass,
  object: ListedObject,
): Promise<ObjectSweepOutcome> {
  const name = parseObjectKey(object.key);
  if (name === undefined || object.storedAt + ORPHAN_AGE_MS > pass.now) return 'kept';
  const ban = name.kind === 'packs' ? banPack : banObject;
  const isStray = await ban(dependencies, pass, { ...name, object });
  if (isStray !== true) return isStray === false ? 'kept' : isStray;
  if (!pass.isDry) await dependencies.removable.remove(object);
  return 'removed';
}

interface NamedObject {
  readonly domain: string;
  readonly hash: ChunkHash;
  readonly object: ListedObject;
}

/** Whether nothing names the object, and nothing ever will. */
async function banObject(
  { index, references }: ObjectDependencies,
  { isDry }: SweepTime,
  { domain, hash, object }: NamedObject,
): Promise<boolean | 'unrecorded' | 'overtaken'> {
  const { key: objectKey, versionId } = object;
  const row = await index.get(domain, hash);
  // Banned before, by a run that ended between that and the removal.
  if (row?.removal === 'done' && row.removedVersionId === versionId) return true;
  const isNamed = row?.objectKey === objectKey && (row.versionId === undefined || row.versionId === versionId);
  // A deleted chunk's object goes with its record; it is banned there already.
  if (isNamed) return false;
  if (row?.removedVersionId === versionId) return true;
  const isStored = row !== undefined && row.state !== 'deleted';
  if (!isStored && (await references.isReferenced(domain, hash))) return 'unrecorded';
  if (isDry) return true;
  return (await index.banObject({ domain, hash, objectKey, versionId }, row)) || 'overtaken';
}

async function banPack(
  { index, packs }: ObjectDependencies,
  { isDry, now, strayPacks }: SweepPass,
  { domain, hash, object: { key, versionId } }: NamedObject,
): Promise<boolean | 'noted' | 'overtaken'> {
  const pack = await packs.get({ domain, hash });
  // A pack that was recorded goes when it is empty (packs/sweep-pack.ts).
  if (pack !== undefined) return pack.state === 'deleted' && pack.versionId === versionId && pack.members.length === 0;
  if (!strayPacks.has(key)) return 'noted';
  return isDry || (await index.banPack({ domain, hash, versionId, now })) || 'overtaken';
}
