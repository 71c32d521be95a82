import type { ReadAnswer, ReadMessage } from '../content/content-messages.ts';
import { PAGE_ANSWER_MS } from '../content/limits.ts';

export type AskPage = (id: string, message: ReadMessage) => Promise<ReadAnswer>;

/** Asks the page of that id, or any other that this service worker has, for what it cannot read itself. */
export function createAskPage(worker: ServiceWorkerGlobalScope, isPage: (path: string) => boolean): AskPage {
  return async (id, message) => {
    const all = await worker.clients.matchAll({ type: 'window' });
    const pages = all
      .filter(({ url }) => isPage(new URL(url).pathname))
      .toSorted((a, b) => Number(b.id === id) - Number(a.id === id));
    for (const page of pages) {
      const answer = await askOne(page, message);
      if (answer !== 'unavailable') return answer;
    }
    return 'unavailable';
  };
}

function askOne(page: Client, message: ReadMessage): Promise<ReadAnswer> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => resolve('unavailable'), PAGE_ANSWER_MS);
    port1.addEventListener('message', ({ data }) => {
      clearTimeout(timer);
      port1.close();
      resolve(data as ReadAnswer);
    });
    port1.start();
    page.postMessage(message, [port2]);
  });
}
