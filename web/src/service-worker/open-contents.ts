import { createFetchTransport, fetchChunk, systemClock } from '@syncline/client';
import { answerContent, refusalOf } from '../content/answer-content.ts';
import type { ContentAddress } from '../content/content-address.ts';
import { OPEN_CONTENTS_MAX } from '../content/limits.ts';
import { ContentError, type ContentReading, OpenContent } from '../content/open-content.ts';
import type { AskPage } from './ask-page.ts';

type Named = Pick<ContentAddress, 'namespaceId' | 'nodeId' | 'rev'>;

export interface OpenContentsOptions {
  readonly askPage: AskPage;
  readonly cacheFor: (isDownload: boolean) => ContentReading['cache'];
}

/** Contents that are read through a service worker. Manifests are kept, because a video is read by hundreds of requests. */
export interface OpenContents {
  /** One that is read once, for the page of that id. */
  open(content: Named & { readonly isDownload: boolean }, page: string): OpenContent;
  /** Answers a request of that page for a content, or for a part of it. */
  answer(address: ContentAddress, page: string, asked: Parameters<typeof answerContent>[2]): Promise<Response>;
  forget(): void;
}

export function createOpenContents({ askPage, cacheFor }: OpenContentsOptions): OpenContents {
  const dependencies = { transport: createFetchTransport(), clock: systemClock, random: Math.random };
  const kept = new Map<string, OpenContent>();
  const open: OpenContents['open'] = ({ namespaceId, nodeId, rev, isDownload }, readBy) =>
    new OpenContent({
      ask: async (page) => {
        const answer = await askPage(readBy, { kind: 'read', namespaceId, nodeId, rev, page });
        if (answer === 'unavailable' || 'blob' in answer) throw new ContentError('refused');
        return answer;
      },
      fetch: (chunk, signal) => fetchChunk(dependencies, chunk, signal),
      cache: cacheFor(isDownload),
      nowMs: () => systemClock.now(),
    });
  return {
    open,
    async answer(address, page, asked) {
      const key = keyOf(address);
      const content = kept.get(key) ?? open(address, page);
      kept.delete(key);
      kept.set(key, content);
      for (const old of [...kept.keys()].slice(0, -OPEN_CONTENTS_MAX)) kept.delete(old);
      try {
        return await answerContent(content, address, asked);
      } catch (failure) {
        kept.delete(key);
        return refusalOf(failure);
      }
    },
    forget: () => kept.clear(),
  };
}

function keyOf({ namespaceId, nodeId, rev, isDownload }: ContentAddress): string {
  return `${namespaceId}/${nodeId}/${rev}/${isDownload}`;
}
