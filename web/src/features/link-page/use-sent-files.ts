import { useRef, useState } from 'react';
import type { LinkVisit } from './create-link-visit.ts';
import { DROPPED_FILES_MAX } from './limits.ts';
import { useLinkTexts } from './link-texts.ts';

type SentState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'sending'; readonly share: number }
  | { readonly kind: 'sent' }
  | { readonly kind: 'failed'; readonly text: string };

export interface SentFile {
  readonly id: number;
  readonly file: File;
  readonly state: SentState;
}

/** Sends the files that a visitor gives, one after the other, and tells how each goes. */
export function useSentFiles(visit: LinkVisit) {
  const { say } = useLinkTexts();
  const [files, setFiles] = useState<readonly SentFile[]>([]);
  const queue = useRef<Promise<void>>(Promise.resolve());
  const count = useRef(0);

  const mark = (id: number, state: SentState): void =>
    setFiles((known) => known.map((file) => (file.id === id ? { ...file, state } : file)));

  const sendOne = async ({ id, file }: Pick<SentFile, 'id' | 'file'>): Promise<void> => {
    mark(id, { kind: 'sending', share: 0 });
    const onProgress = (progress: { readonly storedBytes: number; readonly totalBytes: number }): void =>
      mark(id, { kind: 'sending', share: progress.totalBytes === 0 ? 1 : progress.storedBytes / progress.totalBytes });
    try {
      const outcome = await visit.send(file, { onProgress });
      if (outcome.kind === 'sent') mark(id, { kind: 'sent' });
      else if (outcome.kind === 'unreadable') mark(id, { kind: 'failed', text: say('link.unreadable') });
      else mark(id, { kind: 'failed', text: say('link.refused', { reason: outcome.problem.detail }) });
    } catch {
      // The client has tried again by itself; the visitor may do so once more.
      mark(id, { kind: 'failed', text: say('link.failedText') });
    }
  };
  const enqueue = (file: Pick<SentFile, 'id' | 'file'>): void => {
    queue.current = queue.current.then(() => sendOne(file));
  };
  return {
    files,
    send: (given: readonly File[]): void => {
      const added = given.slice(0, DROPPED_FILES_MAX).map((file): SentFile => {
        count.current += 1;
        return { id: count.current, file, state: { kind: 'waiting' } };
      });
      setFiles((known) => [...known, ...added]);
      for (const file of added) enqueue(file);
    },
    again: (file: SentFile): void => {
      mark(file.id, { kind: 'waiting' });
      enqueue(file);
    },
  };
}
