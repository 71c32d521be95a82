import { answerArchive } from '../content/answer-archive.ts';
import { answerBlob } from '../content/answer-content.ts';
import { type CacheStore, ChunkCache } from '../content/chunk-cache.ts';
import { ARCHIVE_PATH, CONTENT_PATH, parseContentPath } from '../content/content-address.ts';
import type { ArchiveFile, ToServiceWorker } from '../content/content-messages.ts';
import { addDirectRoutes, type RuledInstall } from '../content/direct-routes.ts';
import { keptChunk } from '../content/kept-chunk.ts';
import { ARCHIVES_MAX } from '../content/limits.ts';
import { createShellCache } from '../content/shell-cache.ts';
import { LOCAL_REV_MIN } from '../offline/limits.ts';
import { createAskPage } from './ask-page.ts';
import { createOpenContents } from './open-contents.ts';

/**
 * Stands between the app's pages and the network: gives contents stable addresses, and keeps the app for when there is no network. It has no
 * token and can ask the service for nothing: a page of the app reads the manifest for it, with addresses that end soon.
 */
const worker = globalThis as unknown as ServiceWorkerGlobalScope;

/** Written by the build (write-shell-files.ts). */
declare const SHELL_BUILD: string;
declare const SHELL_FILES: readonly string[];

const CHUNKS = 'syncline-chunks';
const shell = createShellCache(SHELL_BUILD, SHELL_FILES);
let chunks = new ChunkCache(cacheStorage());
const archives = new Map<string, readonly ArchiveFile[]>();
const askPage = createAskPage(worker, isPage);
const contents = createOpenContents({
  askPage,
  cacheFor: (isDownload) => ({
    get: async (chunk) => (await chunks.get(chunk)) ?? keptChunk(chunk),
    // What is saved to the disk is read once: it would only take the place of what is looked at again.
    put: async (chunk, bytes) => (isDownload ? undefined : chunks.put(chunk, bytes)),
  }),
});

worker.addEventListener('install', (event) => {
  event.waitUntil(shell.install());
  event.waitUntil(addDirectRoutes(event as RuledInstall));
});
worker.addEventListener('activate', (event) => event.waitUntil(shell.activate().then(() => worker.clients.claim())));

worker.addEventListener('message', (event) => {
  const message = event.data as ToServiceWorker;
  if (message.kind === 'activate')
    event.waitUntil(takeOverFromOne().then((isAlone) => event.ports[0]?.postMessage(isAlone ? 'activated' : 'others')));
  if (message.kind === 'forget') event.waitUntil(forget());
  if (message.kind === 'archive') {
    archives.set(message.id, message.files);
    for (const id of [...archives.keys()].slice(0, -ARCHIVES_MAX)) archives.delete(id);
    event.ports[0]?.postMessage('kept');
  }
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin || !['GET', 'HEAD'].includes(request.method)) return;
  const readBy = event.resultingClientId === '' ? event.clientId : event.resultingClientId;
  if (url.pathname.startsWith(CONTENT_PATH)) event.respondWith(respondWithContent(url, request, readBy));
  else if (url.pathname.startsWith(ARCHIVE_PATH)) event.respondWith(respondWithArchive(url, readBy));
  else if (!url.pathname.startsWith('/v1/') && !url.pathname.startsWith('/l/'))
    event.respondWith(respondWithShell(request));
});

/** Other pages go on with the files of the build that they began with. */
async function takeOverFromOne(): Promise<boolean> {
  const pages = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (pages.length > 1) return false;
  await worker.skipWaiting();
  return true;
}

async function respondWithContent(url: URL, request: Request, readBy: string): Promise<Response> {
  const address = parseContentPath(url);
  if (address === undefined) return notFound();
  const asked = { range: request.headers.get('range'), isHead: request.method === 'HEAD' };
  if (address.rev >= LOCAL_REV_MIN) {
    const { namespaceId, nodeId, rev } = address;
    const answer = await askPage(readBy, { kind: 'read', namespaceId, nodeId, rev, page: undefined });
    if (typeof answer === 'object' && 'blob' in answer) return answerBlob(answer.blob, address, asked);
  }
  return contents.answer(address, readBy, asked);
}

async function respondWithArchive(url: URL, readBy: string): Promise<Response> {
  const [id = '', name = ''] = url.pathname.slice(ARCHIVE_PATH.length).split('/');
  const files = archives.get(id);
  archives.delete(id);
  if (files === undefined) return notFound();
  return answerArchive(decodeURIComponent(name), files, (file) => contents.open({ ...file, isDownload: true }, readBy));
}

async function respondWithShell(request: Request): Promise<Response> {
  return (await shell.match(request)) ?? fetch(request);
}

/** A download's own frame shows nothing and answers nothing, and the page of a link knows no account. */
function isPage(path: string): boolean {
  return [CONTENT_PATH, ARCHIVE_PATH, '/l/'].every((start) => !path.startsWith(start));
}

async function forget(): Promise<void> {
  contents.forget();
  archives.clear();
  await caches.delete(CHUNKS);
  chunks = new ChunkCache(cacheStorage());
}

function openChunks(): Promise<Cache> {
  return caches.open(CHUNKS);
}

function cacheStorage(): CacheStore {
  return {
    match: async (address) => (await openChunks()).match(address),
    put: async (address, bytes) => (await openChunks()).put(address, new Response(bytes.slice())),
    delete: async (address) => (await openChunks()).delete(address),
    keys: async () => (await (await openChunks()).keys()).map(({ url }) => new URL(url).pathname),
  };
}

function notFound(): Response {
  return new Response(null, { status: 404 });
}
