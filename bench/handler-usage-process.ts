import { readFileSync, writeFileSync } from 'node:fs';
import {
  CHECK_HASHES_MAX,
  ChunkHash,
  type ChunkRef,
  encodeUlid,
  epochMs,
  FILE_BYTES_MAX,
  FILE_CHUNKS_MAX,
  NodeId,
  opId,
  type RouteInput,
  type RouteName,
  type RouteResponse,
  routes,
} from '@syncline/protocol';
import { chunkObjectKey } from '../lambdas/chunks/chunk-index.ts';
import { dedupDomain } from '../lambdas/chunks/dedup-domain.ts';
import { MemoryObjectStore } from '../lambdas/chunks/memory-object-store.ts';
import type { ObjectHead } from '../lambdas/chunks/object-store.ts';
import type { ApiEvent } from '../lambdas/runtime/api-event.ts';
import { fileOfChunks, join, sha256Hex } from '../test/support/in-memory-member.ts';
import { eventOf, InMemoryService } from '../test/support/in-memory-service.ts';
import { SeededRandom } from '../test/support/seeded-random.ts';
import type { HandlerRun, HandlerTask, HandlerUsage } from './handler-usage.ts';
import { parseMemory } from './process-usage.ts';

const DOMAIN_SCOPE = 'deployment';
/** Chunks between two reports of a client. */
const REPORTED_CHUNKS = 16;
/** The largest file has the most chunks. */
const CHUNK_BYTES = FILE_BYTES_MAX / FILE_CHUNKS_MAX;
/** A pin that no request has to make longer. */
const FOR_EVER = epochMs(8.64e15);

/** A bucket that has every chunk for which a PUT was signed, without its bytes. */
class PromisedBucket extends MemoryObjectStore {
  readonly #promised = new Map<string, ObjectHead>();

  override signPut(object: Parameters<MemoryObjectStore['signPut']>[0]): ReturnType<MemoryObjectStore['signPut']> {
    const { key, sha256, size, writer } = object;
    this.#promised.set(key, { sha256, size, writer, versionId: 'v1' });
    return super.signPut(object);
  }

  override async head(key: string): Promise<ObjectHead | undefined> {
    return this.#promised.get(key);
  }
}

/** Started by handler-usage.ts, as a fresh process: the real handler over the memory stores answers one kind of request. */
const { task, chunks, requests } = JSON.parse(process.argv[2] ?? '') as HandlerRun;
const service = new InMemoryService({
  quotaBytes: 1e15,
  seen: (stores) => ({ ...stores, objects: new PromisedBucket(stores) }),
});
const member = await join(service, 'ada');
const file = fileOfChunks(member.namespaceId, manifestOf(chunks));
const ask = await prepare(task);
// What was used to prepare counts no more.
writeFileSync('/proc/self/clear_refs', '5');
const before = parseMemory(readFileSync('/proc/self/status', 'utf8')).rssBytes;
let rssMost = before;
const answers: number[] = [];
const firstMs = await timed(0);
const cpu = process.cpuUsage();
for (let request = 1; request < requests; request++) await timed(request);
const used = process.cpuUsage(cpu);
const usage: HandlerUsage = {
  firstMs,
  cpuMs: (used.user + used.system) / 1000 / (requests - 1),
  rssGrowth: rssMost - before,
  answerBytes: Math.max(...answers),
};
console.log(JSON.stringify(usage));

async function timed(request: number): Promise<number> {
  const event = ask(request);
  const start = performance.now();
  const { statusCode, body } = await service.handle(event);
  const ms = performance.now() - start;
  if (statusCode !== 200) throw new Error(`answered ${statusCode}: ${body.slice(0, 500)}`);
  answers.push(body.length);
  rssMost = Math.max(rssMost, parseMemory(readFileSync('/proc/self/status', 'utf8')).rssPeakBytes);
  return ms;
}

function manifestOf(count: number): ChunkRef[] {
  return Array.from({ length: count }, (_none, index) => ({
    hash: ChunkHash.parse(sha256Hex(`chunk ${index}`)),
    size: CHUNK_BYTES,
  }));
}

/** Makes what the requests of a task are about, and answers what builds the event of each. */
async function prepare(of: HandlerTask): Promise<(request: number) => ApiEvent> {
  const initiate = { body: { files: [file] } };
  switch (of) {
    case 'initiate, nothing stored':
      return () => eventFor('initiateUploads', initiate);
    case 'initiate, all held':
      await holdAll();
      return () => eventFor('initiateUploads', initiate);
    case 'check, 16 stored':
      return checkAsked((request, named) => ({
        stored: named.slice(request * REPORTED_CHUNKS, (request + 1) * REPORTED_CHUNKS),
      }));
    case 'check, 1000 asked':
      return checkAsked(() => ({ hashes: file.chunks.slice(0, CHECK_HASHES_MAX).map(({ hash }) => hash) }));
    case 'commit':
      return prepareCommits();
    case 'content, first page':
    case 'content, last page':
      return prepareContent(of);
  }
}

async function checkAsked(
  bodyOf: (request: number, named: readonly ChunkHash[]) => RouteInput<'checkChunks'>['body'],
): Promise<(request: number) => ApiEvent> {
  const upload = await open();
  const named = upload.missing.map(({ hash }) => hash);
  return (request) =>
    eventFor('checkChunks', { parameters: { uploadId: upload.uploadId }, body: bodyOf(request, named) });
}

async function prepareCommits(): Promise<(request: number) => ApiEvent> {
  await holdAll();
  const uploads: string[] = [];
  for (let request = 0; request < requests; request++) uploads.push((await open()).uploadId);
  return (request) => eventFor('commit', { body: { operations: [putOperation(uploads[request] ?? '', request)] } });
}

async function prepareContent(
  of: 'content, first page' | 'content, last page',
): Promise<(request: number) => ApiEvent> {
  await holdAll();
  const { uploadId } = await open();
  const committed = await answer('commit', { body: { operations: [putOperation(uploadId, 0)] } });
  const [result] = committed.results;
  if (result?.status !== 'committed') throw new Error(`refused: ${JSON.stringify(result)}`);
  const parameters = { nodeId: result.node.nodeId };
  const page = of === 'content, last page' ? await lastPage(parameters) : undefined;
  return () => eventFor('getContent', { parameters, query: { page } });
}

async function lastPage(parameters: { readonly nodeId: NodeId }): Promise<string | undefined> {
  let page: string | undefined;
  for (;;) {
    const { nextPage } = await answer('getContent', { parameters, query: { page } });
    if (nextPage === undefined) return page;
    page = nextPage;
  }
}

/** The account holds every chunk of the file. */
async function holdAll(): Promise<void> {
  const domain = dedupDomain(DOMAIN_SCOPE, member.accountId);
  const now = service.stores.clock.now();
  const stored = file.chunks.map((chunk) => ({ ...chunk, objectKey: chunkObjectKey(domain, chunk.hash), offset: 0 }));
  const { accountId } = member;
  await service.stores.chunks.recordStored({ domain, accountId, chunks: stored, pinnedUntil: FOR_EVER, now });
}

async function open(): Promise<RouteResponse<'initiateUploads'>['uploads'][number]> {
  const { uploads } = await answer('initiateUploads', { body: { files: [file] } });
  if (uploads[0] === undefined) throw new Error('an upload is answered');
  return uploads[0];
}

function putOperation(uploadId: string, index: number) {
  const { namespaceId } = member;
  return {
    type: 'put' as const,
    opId: opId(encodeUlid(new SeededRandom('batch').bytes(16)), index),
    namespaceId,
    parentId: NodeId.parse(namespaceId),
    name: `file ${index}`,
    baseRev: 0,
    uploadId: uploadId as never,
    clock: 1,
    onConflict: 'keep_both' as const,
  };
}

function eventFor(name: RouteName, input: object): ApiEvent {
  const { parameters, query, body } = input as {
    readonly parameters?: Readonly<Record<string, string>>;
    readonly query?: Readonly<Record<string, string | undefined>>;
    readonly body?: unknown;
  };
  const given = Object.entries(query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    ...eventOf(routes[name], member),
    ...(parameters === undefined ? {} : { pathParameters: parameters }),
    queryStringParameters: Object.fromEntries(given),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

async function answer<N extends RouteName>(name: N, input: object): Promise<RouteResponse<N>> {
  const { statusCode, body } = await service.handle(eventFor(name, input));
  if (statusCode !== 200) throw new Error(`${name} answered ${statusCode}: ${body.slice(0, 500)}`);
  return JSON.parse(body) as RouteResponse<N>;
}
