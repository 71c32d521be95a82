/** Files that lie in one pack are read by ranges of it: each is verified, and what is wrong is fetched again. */
import { expect, test } from '@jest/globals';
import { CONTENT_FILES_MAX, type NodeId } from '@syncline/protocol';
import type { Transport, TransportResponse } from '../../client/src/api/transport.ts';
import { ContentLookahead } from '../../client/src/transfers/content-lookahead.ts';
import { downloadContent, type PlacedChunk } from '../../client/src/transfers/download-content.ts';
import { uploadFiles } from '../../client/src/transfers/upload-files.ts';
import { type InMemoryClient, openInMemoryClient, sourceOf } from '../support/in-memory-client.ts';
import { join, type Member, textBytes } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { inMemoryTransport } from '../support/in-memory-transport.ts';
import { commitUploads, downloadBytes } from '../support/uploaded-files.ts';

const TEXTS = Array.from({ length: 250 }, (_, number) => `text ${number}`);

/** What is longer comes from several of them. */
const LONGEST = 'text 249'.length;

/** A service with TEXTS as files in one pack. */
async function packedWorld() {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const client = openInMemoryClient(service, alice);
  const sources = TEXTS.map((text) => sourceOf(alice, textBytes(text)));
  const nodeIds = await commitUploads(client, alice, await uploadFiles(client, sources));
  expect(service.stores.objects.keys().length).toBe(1);
  return { service, alice, nodeIds };
}

/** A network that does something to the first answer to each read of the bucket. */
function spoilingReads(service: InMemoryService, spoil: (whole: TransportResponse) => TransportResponse): Transport {
  const network = inMemoryTransport(service);
  const spoilt = new Set<string>();
  return {
    async send(request) {
      const response = await network.send(request);
      const isFirst = request.url.startsWith('memory:') && !spoilt.has(request.url);
      spoilt.add(request.url);
      return isFirst ? spoil(response) : response;
    },
  };
}

test.each<[string, (response: TransportResponse) => TransportResponse]>([
  [
    'with a wrong byte',
    (response) => ({ ...response, body: response.body.map((byte, at) => (at === 3 ? byte ^ 1 : byte)) }),
  ],
  ['cut short', (response) => ({ ...response, body: response.body.subarray(1) })],
  [
    'with more than was asked for',
    (response) => ({ ...response, body: Buffer.concat([response.body, response.body]) }),
  ],
  ['as if it were the whole object', (response) => ({ ...response, status: 200 })],
  ['with a failure', (response) => ({ ...response, status: 503, body: new Uint8Array(0) })],
])('a range that is answered %s is fetched again', async (_, spoil) => {
  const { service, alice, nodeIds } = await packedWorld();
  const client = openInMemoryClient(service, alice, spoilingReads(service, spoil));
  const bytes = await downloadBytes(client, alice, nodeIds[7] as NodeId);
  expect(Buffer.from(bytes).toString()).toBe('text 7');
  expect(client.sent.filter(({ url }) => url.startsWith('memory:')).length).toBe(2);
});

test('a range that is always wrong is told as damaged, and nothing of it is written', async () => {
  const { service, alice, nodeIds } = await packedWorld();
  const network = inMemoryTransport(service);
  const client = openInMemoryClient(service, alice, {
    async send(request) {
      const response = await network.send(request);
      if (!request.url.startsWith('memory:')) return response;
      return { ...response, body: response.body.map((byte) => byte ^ 1) };
    },
  });
  const written: Uint8Array[] = [];
  const sink = { write: async (_offset: number, bytes: Uint8Array) => void written.push(bytes) };
  const source = { namespaceId: alice.namespaceId, nodeId: nodeIds[0] as NodeId };
  expect((await downloadContent(client, source, { sink })).kind).toBe('damaged');
  expect(written).toEqual([]);
});

/** Downloads all files together, as the engine does: what is read with its neighbours is taken from there. */
async function downloadTogether(client: InMemoryClient, member: Member, nodeIds: readonly NodeId[]) {
  const { namespaceId } = member;
  const lookahead = new ContentLookahead(client, { signal: new AbortController().signal });
  const contents = nodeIds.map((nodeId, index) => ({ namespaceId, nodeId, rev: 1, size: TEXTS[index]?.length ?? 0 }));
  lookahead.expect(contents);
  async function* nearby({ ref }: PlacedChunk) {
    const bytes = await lookahead.bytesOf(ref);
    if (bytes !== undefined) yield bytes;
  }
  return Promise.all(
    contents.map(async ({ nodeId, rev }) => {
      const parts: Uint8Array[] = [];
      const sink = { write: async (_offset: number, bytes: Uint8Array) => void parts.push(bytes) };
      const firstPage = await lookahead.take({ nodeId, rev });
      const outcome = await downloadContent(client, { namespaceId, nodeId, rev, firstPage }, { sink, nearby });
      return outcome.kind === 'downloaded' ? Buffer.concat(parts).toString() : outcome.kind;
    }),
  );
}

const REQUESTS = Math.ceil(TEXTS.length / CONTENT_FILES_MAX);

test('many files of a pack cost a request for hundreds of them, and one to the store for those that are neighbours', async () => {
  const { service, alice, nodeIds } = await packedWorld();
  const client = openInMemoryClient(service, alice);
  expect(await downloadTogether(client, alice, nodeIds)).toEqual(TEXTS);
  expect(client.sent.length).toBe(2 * REQUESTS);
});

test.each<[string, (whole: TransportResponse) => TransportResponse]>([
  ['fails', () => ({ status: 503, headers: {}, body: new Uint8Array(0) })],
  ['is refused', () => ({ status: 403, headers: {}, body: new Uint8Array(0) })],
  ['is cut short', (whole) => ({ ...whole, body: whole.body.subarray(1) })],
  ['is answered as if it were the whole object', (whole) => ({ ...whole, status: 200 })],
])('where a read of neighbours %s, each is asked for, and read by its own range', async (_, spoil) => {
  const { service, alice, nodeIds } = await packedWorld();
  const network = inMemoryTransport(service);
  const client = openInMemoryClient(service, alice, {
    send: async (request) => {
      const whole = await network.send(request);
      return request.url.startsWith('memory:') && whole.body.length > LONGEST ? spoil(whole) : whole;
    },
  });
  expect(await downloadTogether(client, alice, nodeIds)).toEqual(TEXTS);
  expect(client.sent.length).toBe(2 * REQUESTS + 2 * TEXTS.length);
});

test('of neighbours that are read together, the one with a wrong byte is asked for and read again, and no other', async () => {
  const { service, alice, nodeIds } = await packedWorld();
  const network = inMemoryTransport(service);
  const client = openInMemoryClient(service, alice, {
    send: async (request) => {
      const whole = await network.send(request);
      if (!request.url.startsWith('memory:') || whole.body.length <= LONGEST) return whole;
      return { ...whole, body: whole.body.map((byte, at) => (at === 3 ? byte ^ 1 : byte)) };
    },
  });
  expect(await downloadTogether(client, alice, nodeIds)).toEqual(TEXTS);
  expect(client.sent.length).toBe(4 * REQUESTS);
});
