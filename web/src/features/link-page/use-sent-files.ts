import { useRef, useState } from 'react';
import { nameProblem } from '../files/name-problem.ts';
import type { LinkVisit } from './create-link-visit.ts';
import { DROPPED_FILES_MAX } from './limits.ts';
import { type LinkTexts, useLinkTexts } from './link-texts.ts';

type SentState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'sending'; readonly share: number }
  | { readonly kind: 'sent' }
  /** `isFinal`: the same file would fail again. */
  | { readonly kind: 'failed'; readonly text: string; readonly isFinal?: boolean };

export interface SentFile {
  readonly id: number;
  readonly file: File;
  readonly state: SentState;
}

/** Sends the files that a visitor gives, one after the other, and tells how each goes. */
export function useSentFiles(visit: LinkVisit) {
  const { say } = useLinkTexts();
  const [files, setFiles] = useState<readonly SentFile[]>([]);
  const [leftOut, setLeftOut] = useState(0);
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
    /** Files of the last drop that were too many. */
    leftOut,
    send: (given: readonly File[]): void => {
      setLeftOut(Math.max(0, given.length - DROPPED_FILES_MAX));
      const added = given.slice(0, DROPPED_FILES_MAX).map((file): SentFile => {
        count.current += 1;
        return { id: count.current, file, state: firstState(file, say) };
      });
      setFiles((known) => [...known, ...added]);
      for (const file of added) if (file.state.kind === 'waiting') enqueue(file);
    },
    again: (file: SentFile): void => {
      mark(file.id, { kind: 'waiting' });
      enqueue(file);
    },
  };
}

/** A name that nothing can have is told before a byte of its file is sent. */
function firstState(file: File, say: LinkTexts['say']): SentState {
  const problem = nameProblem(file.name, new Set());
  if (problem === undefined) return { kind: 'waiting' };
  return { kind: 'failed', text: say(problem === 'nameLong' ? 'link.longName' : 'link.badName'), isFinal: true };
}
