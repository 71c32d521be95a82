import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { useToast } from '../../ui/toasts.tsx';
import { createFileActions, type FileActions } from './file-actions.ts';

export function useFileActions(): FileActions {
  const { api, live, offline } = useSignedIn();
  const queryClient = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  return useMemo(
    () => createFileActions({ api, live, offline, queryClient, toast, t }),
    [api, live, offline, queryClient, toast, t],
  );
}
