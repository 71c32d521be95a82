import type { ApiClient } from '@syncline/client';
import type { Node } from '@syncline/protocol';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useApi } from '../../session/session-context.ts';
import { answerValue } from '../files/answer-value.ts';
import { readAnew } from '../files/follow-live.ts';
import { queryKeys } from '../files/query-keys.ts';
import { useAttempt } from '../files/use-attempt.ts';

export function starsQuery(api: ApiClient) {
  return queryOptions({
    queryKey: queryKeys.stars,
    queryFn: async ({ signal }) => answerValue(await api.listStars({ signal })).stars,
    // No push tells of a star that was set elsewhere: who comes back to this page sees it.
    refetchOnWindowFocus: true,
  });
}

/** What the account has starred. */
export interface Stars {
  readonly has: (node: StarredKey) => boolean;
  /** Stars all of them, or none. */
  readonly set: (nodes: readonly StarredKey[], isStarred: boolean) => void;
}

type StarredKey = Pick<Node, 'namespaceId' | 'nodeId'>;

export function useStars(): Stars {
  const api = useApi();
  const attempt = useAttempt();
  const queryClient = useQueryClient();
  const { data } = useQuery(starsQuery(api));
  const starred = useMemo(() => new Set((data ?? []).map(({ node }) => keyOf(node))), [data]);
  const setAll = async (nodes: readonly StarredKey[], isStarred: boolean): Promise<void> => {
    await attempt(async () => {
      for (const { namespaceId, nodeId } of nodes) {
        const body = { namespaceId, nodeId };
        if (isStarred) answerValue(await api.addStar({ body }));
        else answerValue(await api.removeStar({ parameters: { nodeId }, query: { namespaceId } }));
      }
    });
    await readAnew(queryClient, queryKeys.stars);
  };
  return {
    has: (node) => starred.has(keyOf(node)),
    set: (nodes, isStarred) =>
      void setAll(
        nodes.filter((node) => starred.has(keyOf(node)) !== isStarred),
        isStarred,
      ),
  };
}

function keyOf({ namespaceId, nodeId }: StarredKey): string {
  return `${namespaceId}/${nodeId}`;
}
