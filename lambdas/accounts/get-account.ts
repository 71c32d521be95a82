import { type AccountResponse, assert, encodeUlid, formatInstant, NamespaceId } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import type { Account, AccountStore } from './account-store.ts';

export interface GetAccountDependencies {
  readonly accounts: AccountStore;
  readonly namespaces: Pick<NamespaceStore, 'readAccess'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  /** Quota of a new account's home namespace. */
  readonly quotaBytes: number;
}

/**
 * The caller's account, which the first call makes together with its home namespace.
 *
 * Idempotent: callers that race for the first call all get the one account that the store took; the ids that the others
 * chose are forgotten before anything refers to them. Cost: 2 reads, and a transaction on the first call.
 */
export async function getAccount(
  dependencies: GetAccountDependencies,
  caller: Caller,
): Promise<Outcome<AccountResponse>> {
  const account = (await dependencies.accounts.getAccount(caller.accountId)) ?? (await create(dependencies, caller));
  const { accountId, homeNamespaceId: namespaceId } = account;
  const { email = account.email } = caller;
  const access = await dependencies.namespaces.readAccess({ namespaceId, accountId });
  assert(access !== undefined, 'an account has its home namespace from the beginning');
  return done({
    accountId,
    ...(email === undefined ? {} : { email }),
    homeNamespaceId: namespaceId,
    quotaBytes: access.head.quotaBytes,
    usedBytes: access.head.bytesLogical,
    createdAt: account.createdAt,
    ...(caller.isOperator === true ? { isOperator: true } : {}),
  });
}

function create(
  { accounts, clock, random, quotaBytes }: GetAccountDependencies,
  { accountId, email }: Caller,
): Promise<Account> {
  return accounts.createAccount({
    accountId,
    ...(email === undefined ? {} : { email }),
    homeNamespaceId: NamespaceId.parse(encodeUlid(random.bytes(16))),
    createdAt: formatInstant(clock.now()),
    quotaBytes,
  });
}
