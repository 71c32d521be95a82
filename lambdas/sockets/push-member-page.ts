import type { AccountStore } from '../accounts/account-store.ts';
import type { MemberPage } from './push-queue.ts';
import { type PushToMembersDependencies, pushToMembers, reached } from './push-to-members.ts';

/**
 * Tells the connected devices of a page of members. Who they are is asked of the store: somebody who has been removed since the page was
 * made is not told, and somebody who has joined in between is. Answers whether all were reached. Idempotent.
 * Cost: a Query a page and a member, a post a connection.
 */
export async function pushMemberPage(
  dependencies: PushToMembersDependencies & { readonly accounts: Pick<AccountStore, 'listMembers'> },
  { hint, first, last }: MemberPage,
): Promise<boolean> {
  return reached(dependencies.meter, async () => {
    const members = await dependencies.accounts.listMembers(hint.message.namespaceId, { first, last });
    return pushToMembers(dependencies, hint, members);
  });
}
