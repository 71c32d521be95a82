import { assert, type ConfirmPackResponse, type Pack } from '@syncline/protocol';
import { dedupDomain } from '../chunks/dedup-domain.ts';
import { isWrittenBy } from '../chunks/writer-tag.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import { refusedFor } from '../runtime/decode-request.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { pinEnd } from '../uploads/hold-chunks.ts';
import { checkPack } from './check-pack.ts';
import { findWrongMembers } from './find-wrong-members.ts';
import type { ConfirmPackDependencies } from './pack-dependencies.ts';
import { packObjectKey } from './pack-index.ts';
import { placeMembers } from './place-members.ts';

/**
 * Makes the members of a pack that this account has just PUT stored chunks, pinned and held by it. The store has checked the pack's
 * bytes against its hash on receipt; here each member is opened and checked against its own.
 *
 * All or nothing: with a single wrong member nothing is recorded, and the refusal names every wrong one. A pack that somebody else
 * has PUT shows nothing about the caller. A member that was stored elsewhere meanwhile keeps its place there.
 * Idempotent: a repeat, also of a half-done one, comes to the same end.
 * Cost: 1 HEAD and 1 GET at the same time, 1 write of 36 bytes a member, and 2 writes a member.
 */
export async function confirmPack(
  dependencies: ConfirmPackDependencies,
  pack: Pack,
  { accountId }: DeviceCaller,
): Promise<Outcome<ConfirmPackResponse>> {
  const refusal = checkPack(pack);
  if (refusal !== undefined) return refusal;
  const { chunks, packs, objects, meter } = dependencies;
  const domain = dedupDomain(dependencies.dedupScope, accountId);
  const { hash, size } = pack;
  const objectKey = packObjectKey({ domain, hash });
  const [head, bytes] = await Promise.all([objects.head(objectKey), objects.read(objectKey)]);
  const isOwn = await isWrittenBy(dependencies, { accountId, objectKey }, { head, sha256: hash, size });
  if (!isOwn || bytes?.length !== size) return notStored(pack);
  const members = placeMembers(pack.members);
  const wrong = findWrongMembers(members, bytes);
  if (wrong.length > 0) {
    return refusedFor(wrong.map((index) => ({ path: `body.members.${index}.hash`, message: WRONG_MEMBER })));
  }
  const now = dependencies.clock.now();
  const versionId = head?.versionId === undefined ? {} : { versionId: head.versionId };
  // Before its members, so that the sweep knows of every pack in which something lies.
  const isKept = await packs.record({ domain, hash, members: pack.members, ...versionId, now });
  if (!isKept) return notStored(pack);
  const placed = members.map((member) => ({ ...member, objectKey, ...versionId }));
  const stored = await chunks.recordStored({ domain, accountId, chunks: placed, pinnedUntil: pinEnd(now), now });
  assert(stored.size === placed.length, 'chunks that lie in a living pack can be recorded');
  meter.count('packsStored', 1);
  meter.count('chunksPacked', members.length);
  return done({ status: 'stored' });
}

const WRONG_MEMBER = 'must be the SHA-256 of the bytes that stand there in the pack, opened';

/** The same to everybody for whom nothing is there, whoever has stored a pack of this hash. */
function notStored({ members }: Pack): Refused {
  const detail = 'this account has not stored this pack: check its chunks, and send what is missing each alone';
  return refused('chunks_missing', detail, { missing: members.map(({ hash }) => hash) });
}
