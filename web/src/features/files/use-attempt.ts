import { UnavailableError } from '@syncline/client';
import { useCallback } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useToast } from '../../ui/toasts.tsx';
import { RefusedError } from './answer-value.ts';
import { failureMessage } from './failure-message.ts';

/** Does something that the service may refuse, and says so when it does; true when it went well. */
export function useAttempt(): (task: () => Promise<unknown>) => Promise<boolean> {
  const toast = useToast();
  const { t } = useTranslation();
  return useCallback(
    async (task) => {
      try {
        await task();
        return true;
      } catch (failure) {
        if (!(failure instanceof UnavailableError || failure instanceof RefusedError)) throw failure;
        toast({ text: failureMessage(t, failure), isProblem: true });
        return false;
      }
    },
    [toast, t],
  );
}
