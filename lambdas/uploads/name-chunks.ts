import {
  type AccountId,
  type ChallengedChunk,
  type ChunkHash,
  type ChunkRef,
  type MissingChunk,
  PACK_MEMBER_BYTES_MAX,
  type UploadId,
} from '@syncline/protocol';
import { chunkObjectKey } from '../chunks/chunk-index.ts';
import type { ObjectStore } from '../chunks/object-store.ts';
import { possessionChallenge } from '../chunks/possession.ts';
import { writerTag } from '../chunks/writer-tag.ts';
import type { KeyRing } from '../runtime/key-ring.ts';

/**
 * Where a chunk stands for one account: `held` it is stored, pinned and the account's; `prove` it is stored, and the
 * account has yet to show that it has the bytes; `missing` the account has yet to send it.
 */
export type ChunkState = 'held' | 'prove' | 'missing';

export interface NamingDependencies {
  readonly objects: Pick<ObjectStore, 'signPut'>;
  readonly keyRing: KeyRing;
}

/** For whom and within what chunks are named. */
export interface ChunkOwner {
  readonly domain: string;
  readonly accountId: AccountId;
}

/**
 * A PUT for exactly this chunk that marks the object as sent by this account. None for a chunk that is going to travel in a pack.
 * Local, no call.
 */
export async function missingChunk(
  dependencies: NamingDependencies,
  { domain, accountId, packs }: ChunkOwner & { readonly packs: boolean },
  { hash, size }: ChunkRef,
): Promise<MissingChunk> {
  if (packs && size <= PACK_MEMBER_BYTES_MAX) return { hash };
  const key = chunkObjectKey(domain, hash);
  const writer = await writerTag(dependencies, { accountId, objectKey: key });
  return { hash, put: await dependencies.objects.signPut({ key, sha256: hash, size, writer }) };
}

/** The challenge of this session for a chunk. Local, no call. */
export async function challengedChunk(
  dependencies: { readonly keyRing: KeyRing },
  uploadId: UploadId,
  hash: ChunkHash,
): Promise<ChallengedChunk> {
  return { hash, challenge: await possessionChallenge(dependencies, uploadId, hash) };
}
