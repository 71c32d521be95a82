import { createHash } from 'node:crypto';
import {
  type ChangesResponse,
  ChunkHash,
  type CommitResponse,
  type ContentResponse,
  chunkingFor,
  encodeUlid,
  type InitiateUploadsResponse,
  type Node,
  type Operation,
  opId,
  packManifest,
  rootNodeId,
  ServerMessage,
} from '@syncline/protocol';
import type { Clock, Random } from '../runtime/clock.ts';
import {
  type CanaryCredentials,
  type CanaryDevice,
  type CanaryPlace,
  CanaryRefusal,
  openCanaryDevice,
} from './canary-device.ts';
import type { CanarySocket } from './canary-wire.ts';
import { PUSH_MS_MAX } from './limits.ts';

export interface CanaryDependencies extends CanaryPlace {
  readonly credentials: CanaryCredentials;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'bytes'>;
}

/** What a canary does, in order. */
export const CANARY_STEPS = ['signIn', 'connect', 'store', 'push', 'read', 'remove'] as const;
export type CanaryStep = (typeof CANARY_STEPS)[number];

export interface CanaryReport {
  /** How long each step took that was begun, in milliseconds. */
  readonly stepsMs: { readonly [step in CanaryStep]?: number };
  /** Undefined when everything went as it should. */
  readonly failed: { readonly step: CanaryStep; readonly why: string } | undefined;
}

/**
 * Does once what people rely on, by the public API and as two devices of one account: one stores a small file, the other is pushed to, finds it in the
 * delta, reads it back byte for byte, and it is removed for good. Never throws: the first step that fails is the answer.
 *
 * Cost: some twenty requests.
 */
export async function runCanary(dependencies: CanaryDependencies): Promise<CanaryReport> {
  const stepsMs: { [step in CanaryStep]?: number } = {};
  let step: CanaryStep = 'signIn';
  const take = async <T>(name: CanaryStep, act: () => Promise<T>): Promise<T> => {
    step = name;
    const begunAt = dependencies.clock.now();
    try {
      return await act();
    } finally {
      stepsMs[name] = dependencies.clock.now() - begunAt;
    }
  };
  let socket: CanarySocket | undefined;
  try {
    const [author, reader] = await take('signIn', () => openDevices(dependencies));
    const { cursor } = await reader.ask<{ readonly cursor: string }>('GET', '/v1/changes/cursor');
    const opened = await take('connect', () => connect(dependencies, reader));
    socket = opened;
    const bytes = Buffer.from(`canary ${encodeUlid(dependencies.random.bytes(16))}`);
    const stored = await take('store', () => store(dependencies, author, bytes));
    await take('push', () => arrives({ socket: opened, reader, cursor }, stored));
    await take('read', () => readBack(dependencies, reader, { node: stored.node, bytes }));
    await take('remove', () => remove(dependencies, author, stored.node));
    return { stepsMs, failed: undefined };
  } catch (error) {
    return { stepsMs, failed: { step, why: error instanceof Error ? error.message : String(error) } };
  } finally {
    socket?.close();
  }
}

async function openDevices(dependencies: CanaryDependencies): Promise<readonly [CanaryDevice, CanaryDevice]> {
  const { credentials } = dependencies;
  const author = await openCanaryDevice(dependencies, credentials, 'author');
  return [author, await openCanaryDevice(dependencies, credentials, 'reader')];
}

async function connect({ wire }: CanaryDependencies, reader: CanaryDevice): Promise<CanarySocket> {
  const { url } = await reader.ask<{ readonly url: string }>('POST', '/v1/socket', {});
  return wire.listen(url);
}

interface StoredFile {
  readonly node: Node;
  readonly seq: number;
}

async function store(
  { wire, random }: CanaryDependencies,
  author: CanaryDevice,
  bytes: Uint8Array,
): Promise<StoredFile> {
  const { homeNamespaceId: namespaceId } = author.account;
  const chunks = [{ hash: ChunkHash.parse(sha256(bytes)), size: bytes.length }];
  const contentHash = sha256(packManifest(chunks));
  const file = { namespaceId, size: bytes.length, contentHash, chunking: chunkingFor(bytes.length), chunks };
  const { uploads } = await author.ask<InitiateUploadsResponse>('POST', '/v1/uploads', { files: [file] });
  const [upload] = uploads;
  if (upload === undefined) throw new CanaryRefusal('no upload was opened');
  for (const { put } of upload.missing) {
    if (put === undefined) throw new CanaryRefusal('the chunk has no address to be sent to');
    // What speaks HTTP sets these two itself.
    const { 'content-length': _length, host: _host, ...headers } = put.headers;
    const { status } = await wire.send({ method: 'PUT', url: put.url, headers, body: bytes });
    if (status !== 200) throw new CanaryRefusal(`the store answered ${status} to the bytes`);
  }
  return commit({ author, random }, (id) => ({
    type: 'put',
    opId: id,
    namespaceId,
    parentId: rootNodeId(namespaceId),
    name: `canary ${encodeUlid(random.bytes(16))}`,
    baseRev: 0,
    uploadId: upload.uploadId,
    clock: 1,
    onConflict: 'fail',
  }));
}

/** The push comes, and the delta has what it told of. */
async function arrives(
  { socket, reader, cursor }: { readonly socket: CanarySocket; readonly reader: CanaryDevice; readonly cursor: string },
  { node, seq }: StoredFile,
): Promise<void> {
  const { homeNamespaceId } = reader.account;
  const isMeant = (message: unknown): boolean => {
    const read = ServerMessage.safeParse(message);
    if (!read.success || read.data.type !== 'changed') return false;
    return read.data.namespaceId === homeNamespaceId && read.data.seq >= seq;
  };
  if (!(await socket.hears(isMeant, PUSH_MS_MAX))) throw new CanaryRefusal('nothing was pushed');
  const { changes } = await reader.ask<ChangesResponse>('GET', `/v1/changes?cursor=${encodeURIComponent(cursor)}`);
  if (!changes.some((change) => change.node.nodeId === node.nodeId))
    throw new CanaryRefusal('the delta lacks the file');
}

async function readBack(
  { wire }: CanaryDependencies,
  reader: CanaryDevice,
  { node, bytes }: { readonly node: Node; readonly bytes: Uint8Array },
): Promise<void> {
  const query = `namespaceId=${node.namespaceId}&rev=${node.contentRev}`;
  const { chunks } = await reader.ask<ContentResponse>('GET', `/v1/nodes/${node.nodeId}/content?${query}`);
  const parts: Uint8Array[] = [];
  for (const { url, range } of chunks) {
    const headers = range === undefined ? {} : { range: `bytes=${range[0]}-${range[1]}` };
    const { status, body } = await wire.send({ method: 'GET', url, headers });
    if (status !== 200 && status !== 206) throw new CanaryRefusal(`the store answered ${status} to who reads`);
    parts.push(body);
  }
  if (!Buffer.concat(parts).equals(bytes)) throw new CanaryRefusal('other bytes came back');
}

/** For good: a file each few minutes would fill the trash. */
async function remove({ random }: CanaryDependencies, author: CanaryDevice, node: Node): Promise<void> {
  const { namespaceId, nodeId } = node;
  const deleted = await commit({ author, random }, (id) => ({
    type: 'delete',
    opId: id,
    namespaceId,
    nodeId,
    baseRev: node.rev,
  }));
  const { deletedAt } = deleted.node;
  if (deletedAt === undefined) throw new CanaryRefusal('the file was not deleted');
  await commit({ author, random }, (id) => ({ type: 'purge', opId: id, namespaceId, nodeId, deletedAt }));
}

async function commit(
  { author, random }: { readonly author: CanaryDevice; readonly random: Pick<Random, 'bytes'> },
  make: (id: Operation['opId']) => Operation,
): Promise<StoredFile> {
  const operations = [make(opId(encodeUlid(random.bytes(16)), 0))];
  const { results } = await author.ask<CommitResponse>('POST', '/v1/commits', { operations });
  const [result] = results;
  if (result?.status !== 'committed') throw new CanaryRefusal(`a commit was answered with ${result?.status}`);
  return result;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
