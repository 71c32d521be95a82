/** The real client against the real handlers: what thousands of small files cost, and what is given up for it. */
import { expect, test } from '@jest/globals';
import { KiB, type NodeId, PACK_BYTES_MAX, PACK_MEMBERS_MAX } from '@syncline/protocol';
import { FRESH_FILES } from '../../client/src/engine/limits.ts';
import { compressChunk } from '../../client/src/transfers/compress-chunks.ts';
import { type UploadOutcome, uploadFiles } from '../../client/src/transfers/upload-files.ts';
import { FetchingDevice } from '../support/fetching-device.ts';
import { type InMemoryClient, objectPuts, openInMemoryClient, sourceOf } from '../support/in-memory-client.ts';
import { join, type Member, textBytes } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { commitUploads, downloadBytes } from '../support/uploaded-files.ts';

async function openWorld() {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  return { alice, client: openInMemoryClient(service, alice) };
}

/** Requests to the API, as `METHOD /path` with ids left out. */
function apiCalls({ sent }: InMemoryClient): readonly string[] {
  return sent
    .filter(({ url }) => !url.startsWith('memory:'))
    .map(({ method, url }) => `${method} ${new URL(url).pathname.replaceAll(/[0-9A-Z]{26}/g, '{id}')}`);
}

/** Different bytes for each number, of the length that half of all files in source trees do not reach. */
function smallFile(number: number): Uint8Array {
  const bytes = Buffer.alloc(200 + ((number * 7919) % (8 * KiB)), number % 251);
  bytes.writeUInt32BE(number);
  return bytes;
}

async function readBack(client: InMemoryClient, member: Member, outcomes: readonly UploadOutcome[]) {
  const nodeIds = await commitUploads(client, member, outcomes);
  return Promise.all(nodeIds.map((nodeId) => downloadBytes(client, member, nodeId)));
}

test('10,000 small files cost at most 200 API calls and 15 PUTs, commits included', async () => {
  const { alice, client } = await openWorld();
  const files = Array.from({ length: 10_000 }, (_, number) => smallFile(number));
  const outcomes = await uploadFiles(
    client,
    files.map((bytes) => sourceOf(alice, bytes)),
  );
  const nodeIds = await commitUploads(client, alice, outcomes);
  const total = files.reduce((sum, file) => sum + file.length, 0);
  expect(objectPuts(client).length).toBe(Math.ceil(Math.max(total / PACK_BYTES_MAX, files.length / PACK_MEMBERS_MAX)));
  expect(objectPuts(client).length).toBeLessThanOrEqual(15);
  expect(apiCalls(client).length).toBeLessThanOrEqual(200);
  const sample = [0, 1, 4999, 9999];
  const read = await Promise.all(sample.map((at) => downloadBytes(client, alice, nodeIds[at] as NodeId)));
  expect(read.map((bytes, at) => Buffer.compare(bytes, smallFile(sample[at] ?? 0)))).toEqual([0, 0, 0, 0]);
}, 120_000);

test('a lone small file goes out by a PUT of its own, in two requests', async () => {
  const { alice, client } = await openWorld();
  await uploadFiles(client, [sourceOf(alice, smallFile(1))]);
  expect(apiCalls(client)).toEqual(['POST /v1/uploads']);
  expect(objectPuts(client).length).toBe(1);
});

test('a few small files go out by PUTs of their own', async () => {
  const { alice, client } = await openWorld();
  await uploadFiles(
    client,
    Array.from({ length: 10 }, (_, number) => sourceOf(alice, smallFile(number))),
  );
  expect(apiCalls(client)).toEqual(['POST /v1/uploads']);
  expect(objectPuts(client).length).toBe(10);
});

test('a pack is not waited for that nobody fills: a hundred small files travel at once', async () => {
  const { alice, client } = await openWorld();
  const outcomes = await uploadFiles(
    client,
    Array.from({ length: 100 }, (_, number) => sourceOf(alice, smallFile(number))),
  );
  expect(outcomes.every(({ kind }) => kind === 'uploaded')).toBe(true);
  expect(apiCalls(client)).toEqual(['POST /v1/uploads', 'POST /v1/packs', 'POST /v1/packs/stored']);
  expect(objectPuts(client).length).toBe(1);
});

test('equal small files are one chunk of one pack', async () => {
  const { alice, client } = await openWorld();
  const files = Array.from({ length: 300 }, (_, number) => smallFile(number % 50));
  const outcomes = await uploadFiles(
    client,
    files.map((bytes) => sourceOf(alice, bytes)),
  );
  const [put] = objectPuts(client);
  expect(objectPuts(client).length).toBe(1);
  const lengths = files.slice(0, 50).map((file) => (compressChunk(file) ?? file).length);
  expect(put?.body?.length).toBe(lengths.reduce((sum, length) => sum + length, 0));
  const read = await readBack(client, alice, outcomes);
  expect(read.every((bytes, index) => files[index] !== undefined && Buffer.compare(bytes, files[index]) === 0)).toBe(
    true,
  );
  expect(read.length).toBe(files.length);
});

test('files of which a pack would hold only a few go out by PUTs of their own', async () => {
  const { alice, client } = await openWorld();
  const files = Array.from({ length: 30 }, (_, number) => Buffer.alloc(800 * KiB, number));
  await uploadFiles(
    client,
    files.map((bytes) => sourceOf(alice, bytes)),
  );
  expect(objectPuts(client).length).toBe(30);
});

test('outcomes are told while later packs are still to come', async () => {
  const { alice, client } = await openWorld();
  const told: number[] = [];
  const putsWhenTold: number[] = [];
  await uploadFiles(
    client,
    Array.from({ length: 6000 }, (_, number) => sourceOf(alice, textBytes(`file ${number}`))),
    {
      onOutcome: ({ index, outcome }) => {
        if (outcome.kind !== 'uploaded') return;
        told.push(index);
        putsWhenTold.push(objectPuts(client).length);
      },
    },
  );
  expect(told.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 6000 }, (_, index) => index));
  expect(objectPuts(client).length).toBe(3);
  expect(putsWhenTold[0]).toBeLessThan(3);
}, 60_000);

/** Requests to the store for a tree that was written across its folders: hundreds are asked for at a time, and lie in a few places; those that were changed last come first, wherever they lie. */
async function getsOfMany(
  timeOf: ((file: number) => number) | undefined,
): Promise<{ readonly files: number; readonly gets: number }> {
  const service = new InMemoryService();
  const [desk, phone] = [
    new FetchingDevice(service, await join(service, 'alice', 'desk')),
    new FetchingDevice(service, await join(service, 'alice', 'phone')),
  ];
  const [folders, files] = [30, 2400];
  for (let folder = 0; folder < folders; folder++) desk.files.mkdir(`folder ${folder}`);
  for (let file = 0; file < files; file++) {
    const path = `folder ${file % folders}/${file}`;
    desk.files.write(path, `text ${file}`.padEnd(900));
    if (timeOf !== undefined) desk.files.utimes(path, timeOf(file));
  }
  expect(await desk.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(await phone.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(phone.files.tree()).toEqual(desk.files.tree());
  const gets = phone.client.sent.filter(({ method, url }) => method === 'GET' && url.startsWith('memory:'));
  return { files, gets: gets.length };
}

test('small files that were written across their folders come to another device by few requests to the store', async () => {
  const { files, gets } = await getsOfMany(undefined);
  expect(gets).toBeLessThan(FRESH_FILES + files / 50);
}, 60_000);

test('small files whose times say nothing of their places come by few requests, too', async () => {
  const { files, gets } = await getsOfMany((file) => 1_700_000_000_000 + ((file * 7919) % 2400) * 1000);
  expect(gets).toBeLessThan(FRESH_FILES + files / 50);
}, 60_000);
