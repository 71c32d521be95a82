import { createFetchTransport, fetchChunk, systemClock } from '@syncline/client';
import { answerArchive } from '../content/answer-archive.ts';
import { answerBlob, answerContent, refusalOf } from '../content/answer-content.ts';
import { type CacheStore, ChunkCache } from '../content/chunk-cache.ts';
import { ARCHIVE_PATH, CONTENT_PATH, type ContentAddress, parseContentPath } from '../content/content-address.ts';
import type { ArchiveFile, ReadAnswer, ReadMessage, ToServiceWorker } from '../content/content-messages.ts';
import { addDirectRoutes, type RuledInstall } from '../content/direct-routes.ts';
import { keptChunk } from '../content/kept-chunk.ts';
import { ARCHIVES_MAX, OPEN_CONTENTS_MAX, PAGE_ANSWER_MS } from '../content/limits.ts';
import { ContentError, OpenContent } from '../content/open-content.ts';
import { createShellCache } from '../content/shell-cache.ts';
import { LOCAL_REV_MIN } from '../offline/limits.ts';

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
const contents = new Map<string, OpenContent>();
const archives = new Map<string, readonly ArchiveFile[]>();
const dependencies = { transport: createFetchTransport(), clock: systemClock, random: Math.random };

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
  const content = openContent(address, readBy);
  try {
    return await answerContent(content, address, asked);
  } catch (failure) {
    contents.delete(keyOf(address));
    return refusalOf(failure);
  }
}

async function respondWithArchive(url: URL, readBy: string): Promise<Response> {
  const [id = '', name = ''] = url.pathname.slice(ARCHIVE_PATH.length).split('/');
  const files = archives.get(id);
  archives.delete(id);
  if (files === undefined) return notFound();
  return answerArchive(decodeURIComponent(name), files, (file) =>
    newContent({ ...file, page: readBy, isDownload: true }),
  );
}

async function respondWithShell(request: Request): Promise<Response> {
  return (await shell.match(request)) ?? fetch(request);
}

/** Manifests are kept, because a video is read by hundreds of requests. */
function openContent(address: ContentAddress, page: string): OpenContent {
  const key = keyOf(address);
  const content = contents.get(key) ?? newContent({ ...address, page });
  contents.delete(key);
  contents.set(key, content);
  for (const old of [...contents.keys()].slice(0, -OPEN_CONTENTS_MAX)) contents.delete(old);
  return content;
}

function newContent(read: {
  readonly namespaceId: ContentAddress['namespaceId'];
  readonly nodeId: ContentAddress['nodeId'];
  readonly rev: number;
  readonly page: string;
  /** What is saved to the disk is read once: it would only take the place of what is looked at again. */
  readonly isDownload: boolean;
}): OpenContent {
  const { namespaceId, nodeId, rev, isDownload } = read;
  return new OpenContent({
    ask: async (page) => {
      const answer = await askPage(read.page, { kind: 'read', namespaceId, nodeId, rev, page });
      if (answer === 'unavailable' || 'blob' in answer) throw new ContentError('refused');
      return answer;
    },
    fetch: (chunk, signal) => fetchChunk(dependencies, chunk, signal),
    cache: {
      get: async (chunk) => (await chunks.get(chunk)) ?? keptChunk(chunk),
      put: async (chunk, bytes) => (isDownload ? undefined : chunks.put(chunk, bytes)),
    },
    nowMs: () => systemClock.now(),
  });
}

/** A download's own frame shows nothing and answers nothing. */
function isPage({ url }: Client): boolean {
  const { pathname } = new URL(url);
  return !pathname.startsWith(CONTENT_PATH) && !pathname.startsWith(ARCHIVE_PATH);
}

/** The page that asked, or any other of the app. */
async function askPage(id: string, message: ReadMessage): Promise<ReadAnswer> {
  const all = await worker.clients.matchAll({ type: 'window' });
  const pages = all.filter(isPage).toSorted((a, b) => Number(b.id === id) - Number(a.id === id));
  for (const page of pages) {
    const answer = await askOne(page, message);
    if (answer !== 'unavailable') return answer;
  }
  return 'unavailable';
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

async function forget(): Promise<void> {
  contents.clear();
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

function keyOf({ namespaceId, nodeId, rev, isDownload }: ContentAddress): string {
  return `${namespaceId}/${nodeId}/${rev}/${isDownload}`;
}

function notFound(): Response {
  return new Response(null, { status: 404 });
}
