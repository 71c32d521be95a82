/** Small files of text travel compressed while the link is slow, and come back as they were. */
import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { epochMs, KiB, MiB, type Pack } from '@syncline/protocol';
import { BandwidthLimit } from '../../client/src/transfers/bandwidth-limit.ts';
import { LinkRate } from '../../client/src/transfers/link-rate.ts';
import { uploadFiles } from '../../client/src/transfers/upload-files.ts';
import { refused } from '../../lambdas/runtime/outcome.ts';
import { type InMemoryClient, objectPuts, openInMemoryClient, sourceOf } from '../support/in-memory-client.ts';
import { chunkOf, join } from '../support/in-memory-member.ts';
import { InMemoryService, type InMemoryServiceOptions } from '../support/in-memory-service.ts';
import { readStoredChunk } from '../support/stored-chunk.ts';
import { commitUploads, downloadBytes } from '../support/uploaded-files.ts';

const FILES = 60;
const MB = 1_000_000;

const TEXTS = Array.from({ length: FILES }, (_, number) =>
  Buffer.alloc(3 * KiB, `words of the file ${number}, again; `),
);
const NOISE = Array.from({ length: FILES }, (_, number) =>
  createHash('shake256', { outputLength: 3 * KiB })
    .update(`${number}`)
    .digest(),
);

async function openWorld(options: InMemoryServiceOptions = {}) {
  const service = new InMemoryService(options);
  const alice = await join(service, 'alice');
  const send = async (given: Partial<InMemoryClient>, contents: readonly Uint8Array[]) => {
    const client: InMemoryClient = { ...openInMemoryClient(service, alice), ...given };
    const outcomes = await uploadFiles(
      client,
      contents.map((bytes) => sourceOf(alice, bytes)),
    );
    const nodeIds = await commitUploads(client, alice, outcomes);
    for (const [index, nodeId] of nodeIds.entries()) {
      const bytes = Buffer.from(await downloadBytes(client, alice, nodeId));
      expect(bytes.equals(contents[index] ?? Buffer.alloc(0))).toBe(true);
    }
    return client;
  };
  return { service, alice, send };
}

function packsOf({ sent }: InMemoryClient): readonly Pack[] {
  const opened = sent.filter(({ url }) => url.endsWith('/v1/packs'));
  return opened.map(({ body }) => JSON.parse(Buffer.from(body ?? '').toString()) as Pack);
}

function putBytes(client: InMemoryClient): number {
  return objectPuts(client).reduce((sum, { body }) => sum + (body?.length ?? 0), 0);
}

function isCompressed(client: InMemoryClient): readonly boolean[] {
  return packsOf(client).flatMap(({ members }) => members.map(({ stored }) => stored !== undefined));
}

test('text takes a fraction of its bytes, in the pack that it would take anyway', async () => {
  const { service, send } = await openWorld();
  const client = await send({}, TEXTS);
  expect(objectPuts(client).length).toBe(1);
  expect(isCompressed(client)).toEqual(TEXTS.map(() => true));
  expect(putBytes(client)).toBeLessThan((FILES * 3 * KiB) / 10);
  const { hash } = chunkOf(TEXTS[7] ?? Buffer.alloc(0));
  expect(Buffer.from((await readStoredChunk(service.stores, { domain: 'shared', hash })) ?? [])).toEqual(TEXTS[7]);
});

test('what has no order travels as it is, also beside text', async () => {
  const { send } = await openWorld();
  const noise = await send({}, NOISE);
  expect(isCompressed(noise)).toEqual(NOISE.map(() => false));
  expect(putBytes(noise)).toBe(FILES * 3 * KiB);
  const { send: sendMixed } = await openWorld();
  const mixed = await sendMixed({}, [...TEXTS.slice(0, 30), ...NOISE.slice(0, 30)]);
  expect(isCompressed(mixed).filter(Boolean).length).toBe(30);
});

/** A link that has carried this many bytes in the last second. */
async function linkOf(bytesPerSecond: number): Promise<LinkRate> {
  let nowMs = 0;
  const link = new LinkRate({ now: () => epochMs(nowMs) }, () => 0);
  await link.measure(bytesPerSecond, async () => {
    nowMs += 1000;
  });
  return link;
}

test.each([
  ['fast: its members lie as they are', 100 * MB, undefined, false],
  ['slow: they are compressed', 50 * MB, undefined, true],
  ['fast and limited to less: they are compressed', 100 * MB, 10 * MB, true],
  ['fast and limited to as much: they lie as they are', 100 * MB, 90 * MB, false],
  ['not known yet: they are compressed', 0, undefined, true],
])('a pack goes out by a link that is %s', async (_what, rate, limit, expected) => {
  const { service, send } = await openWorld();
  const { clock } = service.stores;
  const link = rate === 0 ? new LinkRate(clock, () => 0) : await linkOf(rate);
  const bandwidth = { upload: new BandwidthLimit(clock, limit), download: new BandwidthLimit(clock) };
  const client = await send({ link, bandwidth }, TEXTS);
  expect(isCompressed(client)).toEqual(TEXTS.map(() => expected));
});

test('every PUT tells how fast the link is', async () => {
  const { service, send } = await openWorld();
  const link = new LinkRate(service.stores.clock, () => 0);
  await send({ link }, [Buffer.alloc(2 * MiB, 1)]);
  expect(link.bytesPerSecond).toBeGreaterThan(0);
});

test('a limit of bandwidth is charged what travels', async () => {
  const { service, send } = await openWorld();
  const { clock } = service.stores;
  const upload = new BandwidthLimit(clock, MB);
  let taken = 0;
  const [take, giveBack] = [upload.take.bind(upload), upload.giveBack.bind(upload)];
  upload.take = (bytes, options) => {
    taken += bytes;
    return take(bytes, options);
  };
  upload.giveBack = (bytes) => {
    taken -= bytes;
    giveBack(bytes);
  };
  const client = await send({ bandwidth: { upload, download: new BandwidthLimit(clock) } }, TEXTS);
  expect(objectPuts(client).length).toBe(1);
  expect(taken).toBe(putBytes(client));
});

test('a service that takes no frames gets every chunk by itself, as it is', async () => {
  const { send } = await openWorld({
    watched: (operations) => ({
      ...operations,
      openPack: async (request, caller) =>
        request.body.members.some(({ stored }) => stored !== undefined)
          ? refused('invalid_request', 'body.members.0.stored: is not known')
          : operations.openPack(request, caller),
    }),
  });
  const client = await send({}, TEXTS);
  expect(objectPuts(client).length).toBe(FILES);
  expect(putBytes(client)).toBe(FILES * 3 * KiB);
});
