import type { Node } from '@syncline/protocol';
import { rootNodeId } from '@syncline/protocol';
import type { Remote } from '../../client/src/engine/ports.ts';
import { createApiRemote } from '../../client/src/sync/api-remote.ts';
import { openInMemoryClient } from './in-memory-client.ts';
import { fileOf, join, type Member, sha256Hex, textBytes } from './in-memory-member.ts';
import { InMemoryService } from './in-memory-service.ts';
import { MemoryKnownManifests } from './memory-known-manifests.ts';
import type { RemoteFaults } from './model-remote.ts';
import { type SyncService, treeOf } from './sync-world.ts';

/** More than any test commits. */
const ENTRIES_MAX = 100_000;

/** The real client against the real handlers over the memory stores, all in one process. */
export function handlersSyncService(
  service: InMemoryService = new InMemoryService(),
  /** Whose devices they are. */
  subject = 'ada',
): SyncService {
  return {
    connect: async (number, faults) => {
      const member = await join(service, subject, `device ${number}`);
      const { signal } = new AbortController();
      const isChunk = (bytes: Uint8Array, ref: { readonly hash: string }) => sha256Hex(bytes) === ref.hash;
      const { namespaceId, deviceId } = member;
      return withFaults(
        createApiRemote(openInMemoryClient(service, member), {
          namespaceId,
          deviceId,
          signal,
          isChunk,
          manifests: new MemoryKnownManifests(),
          onBytes: () => undefined,
        }),
        faults,
      );
    },
    tree: async () => {
      const member = await join(service, subject, 'reader');
      const nodes = await listAll(service, member);
      const texts = new Map<string, string>();
      for (const node of nodes) if (node.kind === 'file') texts.set(node.nodeId, await readText(service, member, node));
      return treeOf(rootNodeId(member.namespaceId), nodes, (node) => texts.get(node.nodeId) ?? '');
    },
    hasCommitted: async (text) => {
      const { namespaceId } = await join(service, subject, 'reader');
      const { contentHash } = fileOf(namespaceId, text === '' ? [] : [textBytes(text)]);
      const entries = await service.stores.namespaces.listEntries({ namespaceId, after: 0, limit: ENTRIES_MAX });
      return entries.some(({ node }) => node.contentHash === contentHash);
    },
    head: async () => {
      const member = await join(service, subject, 'reader');
      const tree = await service.invoke('listTree', { query: { limit: '1' } }, member);
      return tree.ok ? tree.value.seq : 0;
    },
  };
}

async function listAll(service: InMemoryService, member: Member): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  let page: string | undefined;
  do {
    const answer = await service.invoke('listTree', { query: page === undefined ? {} : { page } }, member);
    if (!answer.ok) throw new Error(`the tree was refused: ${answer.problem.detail}`);
    nodes.push(...answer.value.nodes);
    page = answer.value.nextPage;
  } while (page !== undefined);
  return nodes;
}

function textOf(service: InMemoryService, chunks: readonly { readonly url: string }[]): string {
  return chunks.map(({ url }) => Buffer.from(service.stores.objects.get({ url }).bytes).toString()).join('');
}

async function readText(service: InMemoryService, member: Member, { nodeId }: Node): Promise<string> {
  const answer = await service.invoke('getContent', { parameters: { nodeId }, query: {} }, member);
  if (!answer.ok) throw new Error(`the content was refused: ${answer.problem.detail}`);
  return textOf(service, answer.value.chunks);
}

function withFaults(remote: Remote, faults: RemoteFaults): Remote {
  return {
    ...remote,
    commit: async (operations) => {
      faults.onCommit?.('before');
      const answer = await remote.commit(operations);
      faults.onCommit?.('after');
      return answer;
    },
    send: async (sources) => {
      const sent = await remote.send(sources);
      faults.onSent?.();
      return sent;
    },
    fetch: async (content) => {
      const fetched = await remote.fetch(content);
      faults.onFetched?.();
      return fetched;
    },
  };
}
