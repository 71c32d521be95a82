import { type EpochMs, epochMs, SECOND_MS } from '@syncline/protocol';
import type { LinkVisitor } from '../runtime/caller.ts';
import { type Refused, refused } from '../runtime/outcome.ts';
import { passwordAttemptKeys } from './attempt-keys.ts';
import type { AttemptStore } from './attempt-store.ts';
import { ATTEMPTS_MS, PASSWORD_ATTEMPTS_ALL_MAX, PASSWORD_ATTEMPTS_MAX } from './limits.ts';
import { isPassword } from './link-password.ts';
import type { StoredLink } from './link-store.ts';

/**
 * Refuses a visitor who has not the link's password; undefined when he has, or there is none. An attempt is taken before the
 * password is looked at and given back when it was right, so that no number of requests at once tries more than the limits allow.
 *
 * Cost: nothing without a password; otherwise a slow hash, and 2 writes, 4 when it was right.
 */
export async function checkLinkPassword(
  { attempts }: { readonly attempts: AttemptStore },
  link: StoredLink,
  { visitor, now }: { readonly visitor: LinkVisitor; readonly now: EpochMs },
): Promise<Refused | undefined> {
  if (link.passwordHash === undefined) return undefined;
  if (visitor.password === undefined) {
    return refused('password_needed', 'this link has a password: send it in the header X-Link-Password');
  }
  const endsAt = epochMs(now + ATTEMPTS_MS);
  const [own, all] = passwordAttemptKeys(link.tokenHash, visitor.address);
  const first = await attempts.take({ key: own, max: PASSWORD_ATTEMPTS_MAX, now, endsAt });
  if (first.kind === 'full') return tooManyAttempts(first.until, now);
  const second = await attempts.take({ key: all, max: PASSWORD_ATTEMPTS_ALL_MAX, now, endsAt });
  if (second.kind === 'full') {
    await attempts.giveBack({ key: own, now });
    return tooManyAttempts(second.until, now);
  }
  if (!(await isPassword(visitor.password, link.passwordHash))) {
    return refused('password_needed', 'this is not the password of the link');
  }
  await Promise.all([own, all].map((key) => attempts.giveBack({ key, now })));
  return undefined;
}

export function tooManyAttempts(until: EpochMs, now: EpochMs): Refused {
  const detail = 'too many attempts from here: wait, and try again';
  return refused('rate_limited', detail, { retryAfterSeconds: Math.ceil((until - now) / SECOND_MS) });
}
