import { randomBytes } from 'node:crypto';
import { type Clock, TransferGate, type Transport, type TransportRequest, UnavailableError } from '@syncline/client';
import { MiB, type Node, type NodeId, rootNodeId } from '@syncline/protocol';
import type { FileSource } from '../../web/src/transfers/file-source.ts';
import { createMemoryUploadJournal } from '../../web/src/transfers/memory-upload-journal.ts';
import type { UploadStatus, UploadTarget } from '../../web/src/transfers/transfer-state.ts';
import type { UploadJournal } from '../../web/src/transfers/upload-journal.ts';
import { type UploadInput, UploadQueue } from '../../web/src/transfers/upload-queue.ts';
import { type InMemoryClient, openInMemoryClient } from './in-memory-client.ts';
import { join, type Member } from './in-memory-member.ts';
import { InMemoryService } from './in-memory-service.ts';
import { inMemoryTransport } from './in-memory-transport.ts';
import { downloadBytes } from './uploaded-files.ts';

/** Turns of the event loop after which uploads count as stuck. */
const TURNS_MAX = 200_000;

/** A tab's queue on the real client and the real service. */
export interface UploadWorld {
  readonly client: InMemoryClient;
  readonly member: Member;
  readonly target: UploadTarget;
  readonly journal: UploadJournal;
  readonly queue: UploadQueue;
  /** The same tab after a reload: the queue is gone, the journal is not. */
  reloaded(): UploadQueue;
  /** Whether requests arrive. */
  network: { isLost: boolean; putsLeft: number; holdsBack: (request: TransportRequest) => boolean };
}

export async function openUploadWorld(options: { readonly quotaBytes?: number } = {}): Promise<UploadWorld> {
  const service = new InMemoryService(options);
  const member = await join(service, 'alice');
  const network: UploadWorld['network'] = {
    isLost: false,
    putsLeft: Number.POSITIVE_INFINITY,
    holdsBack: () => false,
  };
  const there = inMemoryTransport(service);
  const transport: Transport = {
    send: async (request) => {
      if (request.method === 'PUT') network.putsLeft -= 1;
      // A page that is gone hears of nothing.
      if (network.putsLeft < 0) return new Promise(() => undefined);
      if (network.isLost || network.holdsBack(request)) throw new UnavailableError('no network');
      return there.send(request);
    },
  };
  const client = openInMemoryClient(service, member, transport);
  const journal = createMemoryUploadJournal();
  // Pauses of the queue end with the next turn, so that a test can come between.
  const clock: Clock = { now: () => client.clock.now(), sleep: nextTurn };
  // Each page has its own gate.
  const gate = () => new TransferGate({ tasksMax: 8, bytesMax: 64 * MiB });
  const open = () =>
    new UploadQueue({
      ...client,
      gate: gate(),
      clock,
      journal,
      owner: 'tab',
      onNode: () => undefined,
      onChange: () => undefined,
    });
  const target = { namespaceId: member.namespaceId, folderId: rootNodeId(member.namespaceId) };
  return { client, member, target, journal, queue: open(), reloaded: open, network };
}

export function inputOf(path: string, bytes: Uint8Array, modifiedAtMs = 1_700_000_000_000): UploadInput {
  const parts = path.split('/');
  return { name: parts.at(-1) ?? '', folders: parts.slice(0, -1), source: memorySource(bytes, modifiedAtMs) };
}

export function memorySource(bytes: Uint8Array, modifiedAtMs = 1_700_000_000_000): FileSource {
  return { size: bytes.length, modifiedAtMs, read: async ({ start, end }) => bytes.slice(start, end) };
}

export function someBytes(length: number): Uint8Array {
  return Uint8Array.from(randomBytes(length));
}

/** Resolves when no upload is waiting or under way. */
export async function settled(queue: UploadQueue): Promise<readonly UploadStatus[]> {
  const busy = new Set<UploadStatus>(['waiting', 'reading', 'sending', 'saving']);
  for (let turns = 0; queue.items.some(({ status }) => busy.has(status)); turns++) {
    if (turns > TURNS_MAX) throw new Error(`uploads do not come to an end: ${JSON.stringify(queue.items)}`);
    await nextTurn();
  }
  return queue.items.map(({ status }) => status);
}

export async function nextTurn(): Promise<void> {
  await new Promise((resolve) => void setImmediate(resolve));
}

/** All files of the account, by their paths. */
export async function filesOf({ client, member, target }: UploadWorld): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const visit = async (folderId: NodeId, above: string): Promise<void> => {
    for (const node of await childrenOf(client, folderId)) {
      const path = `${above}${node.name}`;
      if (node.kind === 'file') files.set(path, Buffer.from(await downloadBytes(client, member, node.nodeId)));
      else await visit(node.nodeId, `${path}/`);
    }
  };
  await visit(target.folderId, '');
  return files;
}

export async function childrenOf({ api }: InMemoryClient, nodeId: NodeId): Promise<readonly Node[]> {
  const answer = await api.listChildren({ parameters: { nodeId }, query: {} });
  if (!answer.ok) throw new Error(answer.problem.detail);
  return answer.value.nodes;
}
