import { UnavailableError } from '@syncline/client';
import type { Node } from '@syncline/protocol';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { useToast } from '../../ui/toasts.tsx';
import { answerValue, RefusedError } from './answer-value.ts';
import { failureMessage } from './failure-message.ts';
import { readAnew } from './follow-live.ts';
import { queryKeys } from './query-keys.ts';

/** Leaves the shared folder that a node of the home stands for. */
export function useLeaveFolder(): (mount: Node) => Promise<void> {
  const { api, account } = useSignedIn();
  const queryClient = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  return async ({ mountedNamespaceId }) => {
    if (mountedNamespaceId === undefined) return;
    const { accountId } = account;
    try {
      answerValue(await api.removeMember({ parameters: { namespaceId: mountedNamespaceId, accountId } }));
      await readAnew(queryClient, queryKeys.sharedFolders);
    } catch (failure) {
      if (!(failure instanceof UnavailableError || failure instanceof RefusedError)) throw failure;
      toast({ text: failureMessage(t, failure), isProblem: true });
    }
  };
}
