import type { ApiClient } from '@syncline/client';
import type { AccountId, NamespaceId } from '@syncline/protocol';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useSignedIn } from '../../session/session-context.ts';
import { answerValue } from '../files/answer-value.ts';
import { queryKeys } from '../files/query-keys.ts';

export function membersQuery(api: ApiClient, namespaceId: NamespaceId) {
  return queryOptions({
    queryKey: queryKeys.members(namespaceId),
    queryFn: async ({ signal }) =>
      answerValue(await api.listMembers({ parameters: { namespaceId }, query: { limit: '1000' }, signal })).members,
  });
}

/** How the others in a shared folder are called; undefined for the account itself, and in its own home. */
export function useMemberNames(namespaceId: NamespaceId): (accountId: AccountId) => string | undefined {
  const { api, account } = useSignedIn();
  const isShared = namespaceId !== account.homeNamespaceId;
  const { data } = useQuery({ ...membersQuery(api, namespaceId), enabled: isShared });
  return (accountId) =>
    accountId === account.accountId ? undefined : data?.find((member) => member.accountId === accountId)?.email;
}
