import { createHash } from 'node:crypto';
import type { Random } from '../runtime/clock.ts';
import { LINK_TOKEN_BYTES } from './limits.ts';

/** A fresh token: 256 bits that nobody can guess. */
export function newLinkToken(random: Pick<Random, 'bytes'>): string {
  return Buffer.from(random.bytes(LINK_TOKEN_BYTES)).toString('base64url');
}

/**
 * What is stored of a token, and what it is found by: whoever measures how long the look-up takes learns about a hash that he
 * cannot choose. A token has 256 random bits, so nothing slower than one hash is needed.
 */
export function linkTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
