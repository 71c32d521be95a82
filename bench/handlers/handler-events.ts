import {
  type Cursor,
  NodeId,
  type Operation,
  opId,
  type Route,
  type RouteName,
  routes,
  UploadId,
} from '@syncline/protocol';
import { signCursor } from '../../lambdas/journal/cursor-codec.ts';
import type { ApiEvent } from '../../lambdas/runtime/api-event.ts';
import { MemoryKeyRing } from '../../lambdas/runtime/memory-key-ring.ts';
import type { FunctionName } from '../../lib/functions.ts';
import {
  accountId,
  chunkHash,
  claims,
  contentHash,
  deviceId,
  FILE_BYTES,
  namespaceId,
  numberedId,
} from './generated-account.ts';
import { FILES_MAX } from './generated-tables.ts';

/** The deployment's secret, as Secrets Manager would tell it. */
export const SECRET = 'secret of the bench'.repeat(2);
export const keyRing = new MemoryKeyRing({ secret: Buffer.from(SECRET) });

/** One request, and the function that answers it. */
export interface HandlerRequest {
  readonly name: string;
  readonly functionName: FunctionName;
  readonly event: ApiEvent;
}

/** What everyday work asks most of, against tables whose journal has so many entries. */
export async function handlerRequests(entries: number): Promise<readonly HandlerRequest[]> {
  const files = Array.from({ length: 100 }, (_, index) => index + 1);
  return [
    { name: 'account', functionName: 'account', event: eventOf('getAccount', {}) },
    {
      name: 'initiate 100 new files',
      functionName: 'upload-initiate',
      event: eventOf('initiateUploads', { body: { files: files.map((file) => uploadFile(FILES_MAX + file)) } }),
    },
    {
      name: 'commit one new file',
      functionName: 'commit',
      event: await commitEvent(entries, 1),
    },
    {
      name: 'commit 100 new files',
      functionName: 'commit',
      event: await commitEvent(entries, 100),
    },
    { name: 'delta of 1,000', functionName: 'delta', event: await deltaEvent(entries, 1000) },
    {
      name: 'read 100 contents',
      functionName: 'content-read',
      event: eventOf('readContents', {
        body: { files: files.map((file) => ({ namespaceId, nodeId: numberedId(file) })) },
      }),
    },
  ];
}

/** Asks for the last entries of the journal. */
async function deltaEvent(entries: number, count: number): Promise<ApiEvent> {
  return eventOf('listChanges', { query: { cursor: await cursorAt(entries - count) } });
}

/** Commits new files as a device does that has read all of the journal. */
async function commitEvent(entries: number, count: number): Promise<ApiEvent> {
  return eventOf('commit', { body: { cursor: await cursorAt(entries), operations: newFiles(count) } });
}

function cursorAt(seq: number): Promise<Cursor> {
  return signCursor(keyRing, accountId, { positions: [{ namespaceId, epoch: 1, seq }] });
}

function newFiles(count: number): readonly Operation[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'put',
    opId: opId(numberedId(3), index),
    namespaceId,
    parentId: NodeId.parse(namespaceId),
    name: `a new file, number ${index}.txt`,
    baseRev: 0,
    uploadId: UploadId.parse(numberedId(FILES_MAX + 1 + index)),
    clock: 1,
    onConflict: 'keep_both',
  }));
}

function uploadFile(file: number) {
  const chunks = [{ hash: chunkHash(file), size: FILE_BYTES }];
  return { namespaceId, size: FILE_BYTES, contentHash: contentHash(file), chunking: 'fixed-4m' as const, chunks };
}

interface Input {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function eventOf(name: RouteName, { query, body }: Input): ApiEvent {
  const route: Route = routes[name];
  return {
    routeKey: `${route.method} ${route.path}`,
    headers: { 'x-device-id': deviceId },
    requestContext: { requestId: 'bench', authorizer: { jwt: { claims } } },
    ...(query === undefined ? {} : { queryStringParameters: query }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}
