import { createHash, timingSafeEqual } from 'node:crypto';
import { encodeUlid, InvitationId, NamespaceId } from '@syncline/protocol';
import type { Random } from '../runtime/clock.ts';
import { INVITATION_SECRET_BYTES } from './limits.ts';
import type { InvitationKey } from './sharing-store.ts';

export interface InvitationToken extends InvitationKey {
  readonly token: string;
  /** Lowercase hexadecimal SHA-256 of the token. */
  readonly tokenHash: string;
}

/** A new token: the namespace, a dot, and 256 bits that nobody can guess. Nothing of it can be told from what is stored. */
export function newInvitationToken(random: Random, namespaceId: NamespaceId): InvitationToken {
  const secret = Buffer.from(random.bytes(INVITATION_SECRET_BYTES)).toString('base64url');
  return named(namespaceId, `${namespaceId}.${secret}`);
}

/** What a token names, whether that exists or not; undefined when it is no token. */
export function readInvitationToken(token: string): InvitationToken | undefined {
  const [namespace = '', secret = ''] = token.split('.');
  const namespaceId = NamespaceId.safeParse(namespace);
  return namespaceId.success && secret !== '' ? named(namespaceId.data, token) : undefined;
}

export function isSameHash(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function named(namespaceId: NamespaceId, token: string): InvitationToken {
  const digest = createHash('sha256').update(token).digest();
  const invitationId = InvitationId.parse(encodeUlid(digest.subarray(0, 16)));
  return { token, namespaceId, invitationId, tokenHash: digest.toString('hex') };
}
