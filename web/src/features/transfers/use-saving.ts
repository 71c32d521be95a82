import { UnavailableError } from '@syncline/client';
import type { Node } from '@syncline/protocol';
import { archiveFiles } from '../../content/archive-files.ts';
import { saveArchive, saveFile } from '../../content/save-content.ts';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { useToast } from '../../ui/toasts.tsx';

/** Saves what is chosen to the disk: one file as it is, everything else as an archive. */
export function useSaving(): (nodes: readonly Node[]) => Promise<void> {
  const { t } = useTranslation();
  const { api } = useSignedIn();
  const toast = useToast();
  return async (nodes) => {
    const [first] = nodes;
    if (first === undefined) return;
    if (!('serviceWorker' in navigator)) {
      toast({ text: t('transfers.noSaving'), isProblem: true });
      return;
    }
    if (nodes.length === 1 && first.kind === 'file') {
      saveFile(first);
      return;
    }
    try {
      const files = await archiveFiles(api, nodes);
      const name = nodes.length === 1 ? first.name : 'Syncline';
      if (files === undefined) toast({ text: t('transfers.archiveTooMany'), isProblem: true });
      else await saveArchive(`${name}.zip`, files);
    } catch (failure) {
      if (!(failure instanceof UnavailableError)) throw failure;
      toast({ text: t('transfers.archiveFailed'), isProblem: true });
    }
  };
}
