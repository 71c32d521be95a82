import type { LinkNode } from '@syncline/protocol';
import { useState } from 'react';
import type { LinkVisit, OpenedLink } from './create-link-visit.ts';
import { describeRefusal } from './describe-refusal.ts';
import { type LinkTexts, useLinkTexts } from './link-texts.ts';
import { openSavePlace } from './save-file.ts';

export type DownloadState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly share: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly text: string };

export interface LinkDownload {
  readonly state: DownloadState;
  readonly isBusy: boolean;
  /** Downloads that came to their end here. */
  readonly count: number;
  readonly start: () => void;
}

/** Downloads one linked file, and tells how it goes. */
export function useLinkDownload(visit: LinkVisit, node: LinkNode): LinkDownload {
  const texts = useLinkTexts();
  return useDownload((onShare) => download({ visit, texts }, node, onShare));
}

/** Downloads all that lies in a linked folder, as one archive. What makes archives is loaded then. */
export function useFolderDownload(
  visit: LinkVisit,
  link: OpenedLink,
  folder: { readonly node: LinkNode; readonly isRoot: boolean },
): LinkDownload {
  const texts = useLinkTexts();
  return useDownload(async (onShare) =>
    (await import('./save-folder.ts')).saveFolder({ visit, texts, link }, folder, onShare),
  );
}

function useDownload(task: (onShare: (share: number) => void) => Promise<DownloadState>): LinkDownload {
  const texts = useLinkTexts();
  const [state, setState] = useState<DownloadState>({ kind: 'idle' });
  const [count, setCount] = useState(0);
  const run = async (): Promise<void> => {
    setState({ kind: 'running', share: 0 });
    try {
      const ended = await task((share) => setState({ kind: 'running', share }));
      setState(ended);
      if (ended.kind === 'done') setCount((known) => known + 1);
    } catch (error) {
      // Who closes the question where to save it has changed his mind.
      const isCancelled = error instanceof DOMException && error.name === 'AbortError';
      setState(isCancelled ? { kind: 'idle' } : { kind: 'failed', text: texts.say('link.failed') });
    }
  };
  return { state, count, isBusy: state.kind === 'running', start: () => void run() };
}

interface Downloading {
  readonly visit: LinkVisit;
  readonly texts: LinkTexts;
}

async function download(
  { visit, texts }: Downloading,
  node: LinkNode,
  onShare: (share: number) => void,
): Promise<DownloadState> {
  const place = await openSavePlace(node);
  if (place === undefined) {
    const address = visit.address(node);
    if (address === undefined) return { kind: 'failed', text: texts.say('link.tooLarge') };
    location.assign(address);
    return { kind: 'idle' };
  }
  const onProgress = (progress: { readonly storedBytes: number; readonly totalBytes: number }): void =>
    onShare(progress.totalBytes === 0 ? 1 : progress.storedBytes / progress.totalBytes);
  try {
    const outcome = await visit.read(node, place.sink, { onProgress });
    if (outcome.kind === 'downloaded') {
      await place.finish();
      return { kind: 'done' };
    }
    await place.discard();
    const text = outcome.kind === 'damaged' ? texts.say('link.damaged') : describeRefusal(outcome.problem, texts).title;
    return { kind: 'failed', text };
  } catch (error) {
    await place.discard();
    throw error;
  }
}
