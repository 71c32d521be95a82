import { useTranslation } from '../../messages/translate.ts';
import type { UploadSelection } from '../../transfers/create-transfers.ts';
import type { UploadTarget } from '../../transfers/transfer-state.ts';
import { useToast } from '../../ui/toasts.tsx';
import { useUploads } from '../transfers/uploads-context.ts';
import { createQueuedActions } from './queued-actions.ts';
import { useOffline } from './use-offline.ts';

/**
 * Takes files for a folder: they are uploaded, or, without a network, written down with their bytes. What is too much for that waits as an
 * upload, for as long as the page is open. What could not be read, or was too much for one upload, is told.
 */
export function useTakingUploads(): (selection: UploadSelection, target: UploadTarget) => void {
  const uploads = useUploads();
  const offline = useOffline();
  const toast = useToast();
  const { t } = useTranslation();
  const tellLeftOut = ({ unread, isCut }: UploadSelection): void => {
    const [name = '', ...others] = unread;
    if (unread.length > 0) {
      toast({ text: t('transfers.unread', { name, count: others.length + 1 }), isProblem: true });
    }
    if (isCut) toast({ text: t('transfers.cut'), isProblem: true });
  };
  return (selection, target) => {
    tellLeftOut(selection);
    const isTargetHere = offline.queue.get().changes.some(({ after }) => after.nodeId === target.folderId);
    if (offline.isOnline() && !isTargetHere) {
      uploads.upload(selection, target);
      return;
    }
    const take = async (): Promise<void> => {
      const isTaken = await createQueuedActions({ offline, toast, t }).upload(selection, target);
      if (isTaken) return;
      if (isTargetHere) return toast({ text: t('offline.tooMuch'), isProblem: true });
      uploads.upload(selection, target);
      toast({ text: t('offline.uploadWaits') });
    };
    void take();
  };
}
