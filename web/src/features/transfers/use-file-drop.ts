import { type DragEvent, useState } from 'react';
import { droppedFiles, pastedFiles } from '../../transfers/dropped-files.ts';
import type { UploadTarget } from '../../transfers/transfer-state.ts';
import { useTakingUploads } from '../offline/use-taking-uploads.ts';

/** Takes files and folders that are dropped from outside of the page, and files that are pasted. */
export function useFileDrop(target: UploadTarget) {
  const take = useTakingUploads();
  const [isOver, setIsOver] = useState(false);
  return {
    isOver,
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
        void droppedFiles(event.dataTransfer).then((selection) => take(selection, target));
      },
      onPaste: ({ clipboardData }: { readonly clipboardData: DataTransfer }) => {
        const selection = pastedFiles(clipboardData);
        if (selection.files.length > 0) take(selection, target);
      },
    },
  };
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer.types.includes('Files');
}
