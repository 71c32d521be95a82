import type { EpochMs, LinkEnd, LinkRole, Role } from '@syncline/protocol';
import type { StoredLink } from './link-store.ts';

/** Why a link by itself opens nothing any more; undefined while it does. */
export function endOf(link: StoredLink, now: EpochMs): Exclude<LinkEnd, 'gone'> | undefined {
  if (link.revokedAt !== undefined) return 'revoked';
  if (link.endsAt <= now) return 'expired';
  if (link.maxUses !== undefined && link.uses >= link.maxUses) return 'exhausted';
  return undefined;
}

/** Whether a member of this role may let others do what a link of that role does. `undefined`: no member. */
export function mayGive(role: Role | undefined, given: LinkRole): boolean {
  return role !== undefined && (given === 'view' || role !== 'viewer');
}
