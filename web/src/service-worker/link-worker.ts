import { CONTENT_PATH, parseContentPath } from '../content/content-address.ts';
import { RecentChunks } from '../content/recent-chunks.ts';
import { createAskPage } from './ask-page.ts';
import { createOpenContents } from './open-contents.ts';

/**
 * Stands beside the pages of links, once somebody wants to see a file there: gives contents the addresses that they have in the app. It keeps neither
 * the app nor anything of what was read: whoever opens a link is on a computer that may be anybody's.
 */
const worker = globalThis as unknown as ServiceWorkerGlobalScope;

const chunks = new RecentChunks();
const contents = createOpenContents({
  askPage: createAskPage(worker, (path) => path.startsWith('/l/')),
  cacheFor: () => chunks,
});

worker.addEventListener('install', (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin || !url.pathname.startsWith(CONTENT_PATH)) return;
  const address = parseContentPath(url);
  const isRead = ['GET', 'HEAD'].includes(request.method);
  if (address === undefined || !isRead) return event.respondWith(new Response(null, { status: 404 }));
  const asked = { range: request.headers.get('range'), isHead: request.method === 'HEAD' };
  event.respondWith(contents.answer(address, event.clientId, asked));
});
