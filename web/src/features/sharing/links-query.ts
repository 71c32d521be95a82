import type { ApiClient } from '@syncline/client';
import { queryOptions } from '@tanstack/react-query';
import { answerValue } from '../files/answer-value.ts';
import { queryKeys } from '../files/query-keys.ts';

export function linksQuery(api: ApiClient) {
  return queryOptions({
    // No push tells of a link that another device has made: who comes back to this page sees it.
    refetchOnWindowFocus: true,
    queryKey: queryKeys.links,
    queryFn: async ({ signal }) => answerValue(await api.listLinks({ signal })).links,
  });
}
