import { createHash } from 'node:crypto';
import { assert, ChunkHash, storedLength } from '@syncline/protocol';
import { findWrongMembers } from './find-wrong-members.ts';
import type { SweepPackDependencies } from './pack-dependencies.ts';
import { type PackRecord, packObjectKey } from './pack-index.ts';
import { type PlacedMember, placeMembers } from './place-members.ts';

/**
 * `rewritten`: what is alive lies in the pack `into`. `damaged`: bytes of these members are not theirs any more, or gone; nothing was changed.
 * `busy`: a pack of the same bytes is just being removed, or is described otherwise; nothing was changed, a later run makes another.
 */
export type RewriteOutcome =
  | { readonly kind: 'rewritten'; readonly into: ChunkHash }
  | { readonly kind: 'damaged'; readonly members: readonly ChunkHash[] }
  | { readonly kind: 'busy' };

/**
 * Copies the members that are alive into a new pack, each in the form in which it lies, and lets their records point there.
 *
 * Readers find every chunk at every moment: the new object is stored, then its pack recorded, then one record after the other is moved
 * on the condition that it still lies in the old pack, whose object stays. If the process dies between any two of these, a repeat makes
 * the same object and moves what is left. Precondition: `alive` is not empty, and lies in the pack in its order.
 * Cost: 1 GET, 1 PUT, 1 HEAD, 1 write of 36 bytes a member, and 1 write a member that moves.
 */
export async function rewritePack(
  { chunks, packs, objects, clock }: SweepPackDependencies,
  pack: PackRecord,
  alive: readonly PlacedMember[],
): Promise<RewriteOutcome> {
  const { domain } = pack;
  const from = packObjectKey(pack);
  const bytes = await objects.read(from);
  if (bytes === undefined) return { kind: 'damaged', members: alive.map(({ hash }) => hash) };
  const wrong = findWrongMembers(alive, bytes);
  if (wrong.length > 0) return { kind: 'damaged', members: wrong.map((index) => (alive[index] as PlacedMember).hash) };

  const copy = Buffer.concat(
    alive.map((member) => bytes.subarray(member.offset, member.offset + storedLength(member))),
  );
  const sha256 = createHash('sha256').update(copy).digest('hex');
  const into = ChunkHash.parse(sha256);
  const objectKey = packObjectKey({ domain, hash: into });
  await objects.write({ key: objectKey, sha256, bytes: copy });
  const head = await objects.head(objectKey);
  assert(head?.sha256 === sha256 && head.size === copy.length, 'the store has what it was given');

  const members = alive.map(({ offset: _offset, ...member }) => member);
  const versionId = head.versionId === undefined ? {} : { versionId: head.versionId };
  if (!(await packs.record({ domain, hash: into, members, ...versionId, now: clock.now() }))) return { kind: 'busy' };
  const places = placeMembers(members).map((member) => ({ ...member, objectKey, ...versionId }));
  await chunks.move({ domain, from, chunks: places });
  return { kind: 'rewritten', into };
}
