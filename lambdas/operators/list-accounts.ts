import type { OperatedAccount, RouteResponse } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { AccountStore } from '../accounts/account-store.ts';
import type { JournalPosition, JournalPositions } from '../journal/journal-positions.ts';
import type { NamespaceHead, NamespaceStore } from '../namespaces/namespace-store.ts';
import { readPage, signPage } from '../namespaces/page-token.ts';
import type { ReferenceStore } from '../references/reference-store.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { ACCOUNTS_READ_AT_ONCE } from './limits.ts';

export interface ListAccountsDependencies {
  readonly accounts: Pick<AccountStore, 'getAccount'>;
  readonly namespaces: Pick<NamespaceStore, 'listNamespaces'>;
  readonly references: Pick<ReferenceStore, 'getPosition'>;
  readonly indexProgress: Pick<JournalPositions, 'get'>;
  readonly keyRing: KeyRing;
}

const LISTING = { listing: 'accounts', subject: 'all' } as const;

/** Accounts by their home namespaces, a page at a time. Cost: one Scan of 1 MB, and three reads for each account in it. */
export async function listAccounts(
  dependencies: ListAccountsDependencies,
  request: { readonly page?: string | undefined },
): Promise<Outcome<RouteResponse<'listAccounts'>>> {
  const { namespaces, keyRing } = dependencies;
  const after = await readPage(keyRing, LISTING, { token: request.page, place: z.string() });
  if (after.kind === 'refused') return after;
  const { heads, next } = await namespaces.listNamespaces(after.value);
  // Bytes in shared folders count on the home that they were made from, so homes tell everything.
  const homes = heads.filter(({ groundId }) => groundId === undefined);
  const accounts = await mapBounded(ACCOUNTS_READ_AT_ONCE, homes, (head) => describe(dependencies, head));
  return done({ accounts, ...(next === undefined ? {} : { nextPage: await signPage(keyRing, LISTING, next) }) });
}

async function describe(dependencies: ListAccountsDependencies, head: NamespaceHead): Promise<OperatedAccount> {
  const { namespaceId, ownerAccountId: accountId } = head;
  const [account, projected, indexed] = await Promise.all([
    dependencies.accounts.getAccount(accountId),
    dependencies.references.getPosition(namespaceId),
    dependencies.indexProgress.get(namespaceId),
  ]);
  return {
    accountId,
    ...(account?.email === undefined ? {} : { email: account.email }),
    homeNamespaceId: namespaceId,
    ...(account === undefined ? {} : { createdAt: account.createdAt }),
    quotaBytes: head.quotaBytes,
    presentBytes: head.bytesLogical,
    retainedBytes: head.bytesRetained,
    entries: head.seq,
    streamLag: behind(head, projected),
    ...(indexed === undefined ? {} : { indexLag: behind(head, indexed) }),
  };
}

/** An epoch that was begun since has to be followed from its beginning. */
function behind({ seq, epoch }: NamespaceHead, position: JournalPosition | undefined): number {
  return position?.epoch === epoch ? Math.max(0, seq - position.seq) : seq;
}
