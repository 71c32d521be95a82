import { assert, encodeUlid, opId } from '@syncline/protocol';
import type { AccountStore } from '../accounts/account-store.ts';
import { NamespaceView } from '../journal/namespace-view.ts';
import type { Author, NodeChange } from '../journal/node-change.ts';
import type { NamespaceStore, StoredNode } from '../namespaces/namespace-store.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import { RETRY_AFTER_SECONDS } from '../runtime/limits.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { retryDelayMs } from '../runtime/retry-delay.ts';
import { CHANGE_TRIES_MAX } from './limits.ts';
import type { SharingChange } from './sharing-change.ts';

export interface ChangeHomeDependencies {
  readonly accounts: Pick<AccountStore, 'getAccount'>;
  readonly namespaces: NamespaceStore;
  readonly clock: Clock;
  readonly random: Random;
}

/** What is to happen to a home namespace, decided on it as it is. */
export type HomeDecision =
  | { readonly kind: 'change'; readonly change: NodeChange; readonly sharing: SharingChange }
  /** It is so already. */
  | { readonly kind: 'settled'; readonly node: StoredNode | undefined }
  | Refused;

/**
 * Changes one node of an account's home namespace together with what its sharing is: all of it or nothing, on the condition that the
 * home is as it was when it was decided. When somebody else's commit comes first it is decided again, CHANGE_TRIES_MAX times.
 * The entry in the journal names the device that asks, who may be somebody else: an owner removes a member.
 */
export async function changeHome(
  { accounts, namespaces, clock, random }: ChangeHomeDependencies,
  { accountId, caller }: { readonly accountId: DeviceCaller['accountId']; readonly caller: DeviceCaller },
  decide: (view: NamespaceView, author: Author) => Promise<HomeDecision>,
): Promise<Outcome<StoredNode | undefined>> {
  const namespaceId = (await accounts.getAccount(accountId))?.homeNamespaceId;
  if (namespaceId === undefined) return refused('not_found', 'this account has not been opened yet: get /v1/account');
  for (let tries = 1; tries <= CHANGE_TRIES_MAX; tries++) {
    const access = await namespaces.readAccess({ namespaceId, accountId });
    assert(access !== undefined, 'an account has its home namespace');
    const view = new NamespaceView({ namespaces }, access);
    const author = { namespaceId, caller, now: clock.now() };
    const decision = await decide(view, author);
    if (decision.kind === 'refused') return decision;
    if (decision.kind === 'settled') return done(decision.node);
    view.apply(author, opId(encodeUlid(random.bytes(16)), 0), decision.change);
    const outcome = await namespaces.commit({ ...view.transaction(author.now), sharing: decision.sharing });
    if (outcome.kind === 'committed') return done(decision.change.after);
    await clock.sleep(retryDelayMs(random, tries));
  }
  return refused('unavailable', 'too many changes at once: repeat the same request', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
