import type { ApiClient } from '@syncline/client';
import { queryOptions } from '@tanstack/react-query';
import { answerValue } from '../files/answer-value.ts';
import { queryKeys } from '../files/query-keys.ts';

export function usageQuery(api: ApiClient) {
  return queryOptions({
    queryKey: queryKeys.usage,
    queryFn: async ({ signal }) => answerValue(await api.getUsage({ signal })),
  });
}
