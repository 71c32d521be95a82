/** Chunks that lie compressed in a pack are opened and verified by their readers, whatever is told of them. */
import { expect, test } from '@jest/globals';
import { type ChunkSource, KiB, type NodeId } from '@syncline/protocol';
import { BandwidthLimit } from '../../client/src/transfers/bandwidth-limit.ts';
import { downloadContent } from '../../client/src/transfers/download-content.ts';
import { uploadFiles } from '../../client/src/transfers/upload-files.ts';
import { done } from '../../lambdas/runtime/outcome.ts';
import { type InMemoryClient, openInMemoryClient, sourceOf } from '../support/in-memory-client.ts';
import { join, textBytes } from '../support/in-memory-member.ts';
import { packOf, storePack } from '../support/in-memory-pack.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { inMemoryTransport } from '../support/in-memory-transport.ts';
import { commitUploads, downloadBytes } from '../support/uploaded-files.ts';

const TEXTS = Array.from({ length: 6 }, (_, number) => textBytes(`text ${number}, again and again. `.repeat(200)));

/** A service with TEXTS as files in one pack, every second one compressed; `told` changes what is said of a chunk's address. */
async function openWorld(told: (source: ChunkSource) => ChunkSource = (source) => source) {
  const service = new InMemoryService({
    watched: (operations) => ({
      ...operations,
      getContent: async (request, caller) => {
        const answer = await operations.getContent(request, caller);
        if (answer.kind === 'refused') return answer;
        return done({ ...answer.value, chunks: answer.value.chunks.map(told) });
      },
    }),
  });
  const alice = await join(service, 'alice');
  const { pack } = await storePack(service, alice, packOf(TEXTS, 'mixed'));
  const client = openInMemoryClient(service, alice);
  const sources = TEXTS.map((bytes) => sourceOf(alice, bytes));
  const nodeIds = await commitUploads(client, alice, await uploadFiles(client, sources));
  expect(service.stores.objects.keys()).toEqual([`packs/shared/${pack.hash}`]);
  return { service, alice, client, nodeIds, pack };
}

test('files are read back, each in the bytes in which it lies', async () => {
  const { service, alice, nodeIds, pack } = await openWorld();
  for (const [index, nodeId] of nodeIds.entries()) {
    const client = openInMemoryClient(service, alice);
    expect(Buffer.from(await downloadBytes(client, alice, nodeId)).equals(TEXTS[index] ?? Buffer.alloc(0))).toBe(true);
    const [, first, last] = /bytes=(\d+)-(\d+)/.exec(objectGet(client)?.headers['range'] ?? '') ?? [];
    const member = pack.members[index];
    expect(Number(last) - Number(first) + 1).toBe(member?.stored?.size ?? member?.size);
  }
});

function objectGet({ sent }: InMemoryClient) {
  return sent.find(({ url, method }) => method === 'GET' && url.startsWith('memory:'));
}

test('a limit of bandwidth counts what travels', async () => {
  const { service, alice, nodeIds, pack } = await openWorld();
  const taken: number[] = [];
  const download = new BandwidthLimit(service.stores.clock, 100 * KiB);
  const take = download.take.bind(download);
  download.take = (bytes, options) => {
    taken.push(bytes);
    return take(bytes, options);
  };
  const bandwidth = { upload: new BandwidthLimit(service.stores.clock), download };
  for (const nodeId of nodeIds) {
    await downloadBytes({ ...openInMemoryClient(service, alice), bandwidth }, alice, nodeId);
  }
  expect(taken).toEqual(pack.members.map(({ stored, size }) => stored?.size ?? size));
});

test.each<[string, (source: ChunkSource) => ChunkSource, number]>([
  ['as compressed though it lies as it is', (source) => ({ ...source, encoding: 'zstd' }), 1],
  ['as lying as it is though it is compressed', ({ encoding: _encoding, ...source }) => source, 0],
])('a chunk that is told %s is damaged, and nothing of it is written', async (_what, told, index) => {
  const { client, alice, nodeIds } = await openWorld(told);
  const written: Uint8Array[] = [];
  const sink = { write: async (_offset: number, bytes: Uint8Array) => void written.push(bytes) };
  const source = { namespaceId: alice.namespaceId, nodeId: nodeIds[index] as NodeId };
  expect((await downloadContent(client, source, { sink })).kind).toBe('damaged');
  expect(written).toEqual([]);
});

test('a frame that comes damaged is fetched again', async () => {
  const { service, alice, nodeIds } = await openWorld();
  const network = inMemoryTransport(service);
  let spoilt = 0;
  const client = openInMemoryClient(service, alice, {
    async send(request) {
      const response = await network.send(request);
      if (!request.url.startsWith('memory:') || spoilt === 3) return response;
      spoilt += 1;
      return { ...response, body: response.body.map((byte, at) => (at === 4 * spoilt ? byte ^ 1 : byte)) };
    },
  });
  const bytes = await downloadBytes(client, alice, nodeIds[0] as NodeId);
  expect(Buffer.from(bytes).equals(TEXTS[0] ?? Buffer.alloc(0))).toBe(true);
  expect(spoilt).toBe(3);
});
