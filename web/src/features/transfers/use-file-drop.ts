import { type DragEvent, useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import type { UploadSelection } from '../../transfers/create-transfers.ts';
import { droppedFiles, pastedFiles } from '../../transfers/dropped-files.ts';
import type { UploadTarget } from '../../transfers/transfer-state.ts';
import { useToast } from '../../ui/toasts.tsx';
import { useMayEdit } from '../files/use-trail.ts';
import { useTakingUploads } from '../offline/use-taking-uploads.ts';

/**
 * Takes files and folders that are dropped from outside of the page, and files that are pasted. Where one may only look it takes them as well,
 * or the browser would open them, and says that they cannot be put there.
 */
export function useFileDrop(target: UploadTarget) {
  const { t } = useTranslation();
  const toast = useToast();
  const upload = useTakingUploads();
  const mayEdit = useMayEdit(target);
  const [isOver, setIsOver] = useState(false);
  const take = (selection: UploadSelection | Promise<UploadSelection>): void => {
    if (!mayEdit) return toast({ text: t('transfers.why-read-only'), isProblem: true });
    void Promise.resolve(selection).then((files) => upload(files, target));
  };
  return {
    isOver: isOver && mayEdit,
    handlers: {
      onDragOver: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setIsOver(true);
      },
      onDragLeave: (event: DragEvent) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node && event.currentTarget.contains(to))) setIsOver(false);
      },
      onDrop: (event: DragEvent) => {
        setIsOver(false);
        if (!hasFiles(event)) return;
        event.preventDefault();
        take(droppedFiles(event.dataTransfer));
      },
      onPaste: ({ clipboardData }: { readonly clipboardData: DataTransfer }) => {
        const selection = pastedFiles(clipboardData);
        if (selection.files.length > 0) take(selection);
      },
    },
  };
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer.types.includes('Files');
}
