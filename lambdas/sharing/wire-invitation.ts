import { formatInstant, type Invitation } from '@syncline/protocol';
import { roundUpToSecond } from '../runtime/expiry.ts';
import type { StoredInvitation } from './sharing-store.ts';

/** An invitation as callers see it: without what its token could be recognised by. */
export function toWireInvitation({ tokenHash: _hash, expiresAt, ...rest }: StoredInvitation): Invitation {
  return { ...rest, expiresAt: formatInstant(roundUpToSecond(expiresAt)) };
}

/** Addresses are compared without regard to case, as nearly every mail system does. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}
