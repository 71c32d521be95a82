import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ChunkHash, UploadId } from '@syncline/protocol';
import type { KeyRing } from '../runtime/key-ring.ts';

/**
 * The challenge that an upload session puts for a chunk, 64 hexadecimal digits. Nothing is stored: it follows from the
 * session, whose id is fresh, so that no proof is of use in another one and nobody can compute proofs in advance.
 */
export async function possessionChallenge(
  { keyRing }: { readonly keyRing: KeyRing },
  uploadId: UploadId,
  hash: ChunkHash,
): Promise<string> {
  const challenge = await keyRing.sign('challenge', `${uploadId}\n${hash}`);
  return Buffer.from(challenge).toString('hex');
}

/** HMAC-SHA256 with the challenge's bytes as key over the whole chunk: only who has every byte can compute it. */
export function possessionProof(challenge: string, bytes: Uint8Array): string {
  return createHmac('sha256', Buffer.from(challenge, 'hex')).update(bytes).digest('hex');
}

/**
 * Whether a proof shows that its sender has the chunk. `bytes` are the stored ones, opened, and are checked to be that chunk.
 * Takes the same time wherever the proof is wrong.
 */
export function isProofOfPossession(
  claim: { readonly hash: ChunkHash; readonly challenge: string; readonly proof: string },
  bytes: Uint8Array,
): boolean {
  if (createHash('sha256').update(bytes).digest('hex') !== claim.hash) return false;
  const expected = Buffer.from(possessionProof(claim.challenge, bytes), 'hex');
  const given = Buffer.from(claim.proof, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
