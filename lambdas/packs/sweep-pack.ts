import { type ChunkHash, epochMs } from '@syncline/protocol';
import { mapBounded } from '../runtime/map-bounded.ts';
import { judgePack } from './judge-pack.ts';
import { MEMBERS_IN_FLIGHT_MAX, PACK_GRACE_MS, PACK_REST_MS } from './limits.ts';
import type { SweepPackDependencies } from './pack-dependencies.ts';
import { type PackName, type PackRecord, packObjectKey } from './pack-index.ts';
import { type PlacedMember, placeMembers } from './place-members.ts';
import { type RewriteOutcome, rewritePack } from './rewrite-pack.ts';

/**
 * `unrecorded`: a retained file needs a chunk that was put into it, and no record says where that lies. It stays as it is for whoever mends that.
 * `kept`: nothing is to be done, or not yet. `condemned`: nothing lies in it; a run after PACK_GRACE_MS deletes it. `deleted`: nothing
 * lies in it and nothing ever will, so that this version of its object may be removed; answered until there is no record of it.
 */
export type PackSweepOutcome =
  | { readonly kind: 'kept' }
  | { readonly kind: 'unrecorded' }
  | { readonly kind: 'condemned' }
  | { readonly kind: 'deleted'; readonly objectKey: string; readonly versionId?: string }
  | RewriteOutcome;

/**
 * Brings one pack a step nearer to its end: rewrites it when less than half of it is alive, condemns it when nothing is, and deletes it
 * after a time of grace. Alive is a member that the chunk index says is stored or may be again, and lies in this pack: which chunks nobody needs any
 * more is decided chunk by chunk, before. But a record may be lost, and no absence is proof against a reference: before anything is given up, members
 * without a record are looked for among what files need.
 *
 * The grace is measured in sweep time (sweep/sweep-clock.ts): `sweepAt`. The rest after a recording is measured by the wall, and a wrong one
 * only condemns a pack early that lives again when its members are found.
 * Safe at any time, any number of times at once, and when it ends anywhere. Cost of a pack that is kept: 1 read, and 1 item a member; of one that is given up, a query a dead member more.
 */
export async function sweepPack(
  dependencies: SweepPackDependencies,
  name: PackName,
  sweepAt: number,
): Promise<PackSweepOutcome> {
  const { packs, clock } = dependencies;
  const pack = await packs.get(name);
  if (pack === undefined) return { kind: 'kept' };
  if (pack.state === 'deleted') return deleted(pack);
  const restedSince = epochMs(clock.now() - PACK_REST_MS);
  if (pack.recordedAt > restedSince) return { kind: 'kept' };
  const { alive, gone } = await membersOf(dependencies, pack);
  const verdict = judgePack(pack.members, new Set(alive.map(({ hash }) => hash)));
  // Or the grace of the condemnation that is over would count for the next one.
  if (verdict !== 'drop' && pack.state === 'condemned' && !(await revive(dependencies, pack))) return { kind: 'kept' };
  const isWaiting =
    verdict === 'drop' && pack.state === 'condemned' && (pack.condemnedAt ?? sweepAt) > sweepAt - PACK_GRACE_MS;
  if (verdict !== 'keep' && !isWaiting && (await isAnyNeeded(dependencies, pack, gone))) return { kind: 'unrecorded' };
  switch (verdict) {
    case 'keep':
      return { kind: 'kept' };
    case 'rewrite':
      return rewritePack(dependencies, pack, alive);
    case 'drop':
      if (pack.state === 'live') {
        return { kind: (await packs.condemn({ ...name, restedSince, sweepAt })) ? 'condemned' : 'kept' };
      }
      if (await packs.markDeleted({ ...name, condemnedBefore: sweepAt - PACK_GRACE_MS })) return deleted(pack);
      return { kind: 'condemned' };
  }
}

async function revive({ packs, clock }: SweepPackDependencies, pack: PackRecord): Promise<boolean> {
  const { domain, hash, members, versionId } = pack;
  return packs.record({ domain, hash, members, ...(versionId === undefined ? {} : { versionId }), now: clock.now() });
}

interface JudgedMembers {
  /** Those whose records say that they lie in this pack, where they lie. */
  readonly alive: readonly PlacedMember[];
  /** Those of which no record says that they are stored anywhere. */
  readonly gone: readonly ChunkHash[];
}

async function membersOf({ chunks }: SweepPackDependencies, pack: PackRecord): Promise<JudgedMembers> {
  const objectKey = packObjectKey(pack);
  const hashes = pack.members.map(({ hash }): ChunkHash => hash);
  const records = await chunks.locateRevivable(pack.domain, hashes);
  return {
    alive: placeMembers(pack.members).filter(({ hash }) => records.get(hash)?.objectKey === objectKey),
    gone: hashes.filter((hash) => !records.has(hash)),
  };
}

async function isAnyNeeded(
  { references }: SweepPackDependencies,
  { domain }: PackRecord,
  hashes: readonly ChunkHash[],
): Promise<boolean> {
  const needed = await mapBounded(MEMBERS_IN_FLIGHT_MAX, hashes, (hash) => references.isReferenced(domain, hash));
  return needed.includes(true);
}

function deleted({ versionId, ...name }: PackRecord): PackSweepOutcome {
  const objectKey = packObjectKey(name);
  return { kind: 'deleted', objectKey, ...(versionId === undefined ? {} : { versionId }) };
}
