/** The real client against the real handlers: small files that travel in packs without upload sessions, and all that goes another way. */
import { expect, test } from '@jest/globals';
import { KiB, type NodeId } from '@syncline/protocol';
import { UnavailableError } from '../../client/src/api/unavailable-error.ts';
import { BandwidthLimit } from '../../client/src/transfers/bandwidth-limit.ts';
import { TransferGate } from '../../client/src/transfers/transfer-gate.ts';
import { type ContentOutcome, uploadContents, uploadFiles } from '../../client/src/transfers/upload-files.ts';
import { type InMemoryClient, objectPuts, openInMemoryClient, sourceOf } from '../support/in-memory-client.ts';
import { join, type Member, textBytes } from '../support/in-memory-member.ts';
import { packOf, storePack } from '../support/in-memory-pack.ts';
import { InMemoryService, type InMemoryServiceOptions } from '../support/in-memory-service.ts';
import { inMemoryTransport } from '../support/in-memory-transport.ts';
import { commitUploads, downloadBytes } from '../support/uploaded-files.ts';

async function openWorld(options: InMemoryServiceOptions = {}) {
  const service = new InMemoryService(options);
  const alice = await join(service, 'alice');
  return { service, alice, client: openInMemoryClient(service, alice) };
}

/** Different bytes for each number, up to what 5,000 letters are compressed to. */
function contents(count: number, first = 0): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, number) => textBytes(`content ${first + number} `.repeat(20)));
}

function apiCalls({ sent }: InMemoryClient): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { method, url } of sent) {
    const path = url.replace(/^https?:\/\/[^/]+/, '').replaceAll(/[0-9A-Z]{26}/g, '{id}');
    if (path.startsWith('/')) counts[`${method} ${path}`] = (counts[`${method} ${path}`] ?? 0) + 1;
  }
  return counts;
}

function upload(client: InMemoryClient, member: Member, files: readonly Uint8Array[]) {
  return uploadContents(
    client,
    files.map((bytes) => sourceOf(member, bytes)),
  );
}

function kindsOf(outcomes: readonly ContentOutcome[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

async function readBack(client: InMemoryClient, member: Member, outcomes: readonly ContentOutcome[]) {
  const nodeIds = await commitUploads(client, member, outcomes);
  return Promise.all(nodeIds.map((nodeId: NodeId) => downloadBytes(client, member, nodeId)));
}

const sameBytes = (files: readonly Uint8Array[]) => files.map((bytes) => Buffer.from(bytes));

test('new small files cost two calls and a PUT for each pack, and their commits', async () => {
  const { client, alice } = await openWorld();
  const files = contents(3000);
  const outcomes = await upload(client, alice, files);
  expect(kindsOf(outcomes)).toEqual({ packed: 3000 });
  const nodeIds = await commitUploads(client, alice, outcomes);
  expect(apiCalls(client)).toEqual({ 'POST /v1/packs': 2, 'POST /v1/packs/stored': 2, 'POST /v1/commits': 15 });
  expect(objectPuts(client).length).toBe(2);
  const read = await Promise.all([0, 1500, 2999].map((at) => downloadBytes(client, alice, nodeIds[at] as NodeId)));
  expect(read).toEqual(sameBytes([0, 1500, 2999].map((at) => files[at] as Uint8Array)));
}, 60_000);

test('empty files and equal ones need nothing of their own', async () => {
  const { client, alice } = await openWorld();
  const files = [...contents(40), ...contents(40), new Uint8Array(), new Uint8Array()];
  const outcomes = await upload(client, alice, files);
  expect(kindsOf(outcomes)).toEqual({ packed: 82 });
  expect(apiCalls(client)).toEqual({ 'POST /v1/packs': 1, 'POST /v1/packs/stored': 1 });
  expect(await readBack(client, alice, outcomes)).toEqual(sameBytes(files));
});

test('files that the account has stored before are opened as uploads, a hundred by a call, and none is sent', async () => {
  const { client, alice } = await openWorld();
  const files = contents(250);
  await upload(client, alice, files);
  const before = { ...apiCalls(client) };
  const outcomes = await upload(client, alice, files);
  expect(kindsOf(outcomes)).toEqual({ uploaded: 250 });
  expect(apiCalls(client)).toEqual({ ...before, 'POST /v1/packs': 2, 'POST /v1/uploads': 3 });
  expect(objectPuts(client).length).toBe(1);
  expect(await readBack(client, alice, outcomes)).toEqual(sameBytes(files));
});

test('of bytes that somebody else has stored each account proves that it has them, and sends the others in its pack', async () => {
  const { service, client, alice } = await openWorld();
  const bob = await join(service, 'bob');
  await storePack(service, bob, contents(30));
  const files = contents(60);
  const outcomes = await upload(client, alice, files);
  expect(kindsOf(outcomes)).toEqual({ uploaded: 30, packed: 30 });
  const [put] = objectPuts(client);
  expect(objectPuts(client).length).toBe(1);
  expect(put?.body?.length).toBeLessThan(packOf(contents(60)).bytes.length);
  expect(await readBack(client, alice, outcomes)).toEqual(sameBytes(files));
});

test('where the quota has room for some of the files, those are stored, and the others are refused before they are sent', async () => {
  const files = contents(60);
  const total = files.reduce((sum, bytes) => sum + bytes.length, 0);
  const { service, client, alice } = await openWorld({ quotaBytes: total / 2 });
  const outcomes = await upload(client, alice, files);
  const stored = outcomes.filter((outcome) => outcome.kind === 'uploaded');
  expect(stored.length).toBeGreaterThan(20);
  expect(outcomes.slice(stored.length).map((outcome) => outcome.kind === 'refused' && outcome.problem.code)).toEqual(
    Array.from({ length: 60 - stored.length }, () => 'quota_exceeded'),
  );
  const { objects } = service.stores;
  const heads = await Promise.all(objects.keys().map((key) => objects.head(key)));
  expect(heads.reduce((sum, head) => sum + (head?.size ?? 0), 0)).toBeLessThanOrEqual(total / 2);
  expect(await readBack(client, alice, stored)).toEqual(sameBytes(files.slice(0, stored.length)));
});

test('of each file it is told that it is on its way, and later what became of it', async () => {
  const { client, alice } = await openWorld();
  const events: string[] = [];
  await uploadContents(
    client,
    contents(40).map((bytes) => sourceOf(alice, bytes)),
    {
      onSending: (index) => events.push(`sending ${index}`),
      onOutcome: ({ index, outcome }) => events.push(`${outcome.kind} ${index}`),
    },
  );
  const numbers = Array.from({ length: 40 }, (_, index) => index);
  expect(events.slice(0, 40)).toEqual(numbers.map((index) => `sending ${index}`));
  expect(events.slice(40).toSorted()).toEqual(numbers.map((index) => `packed ${index}`).toSorted());
});

test('files for a namespace that may not be written to are refused, and those beside them go in their packs all the same', async () => {
  const { service, client, alice } = await openWorld();
  const bob = await join(service, 'bob');
  const files = contents(100);
  const outcomes = await uploadContents(
    client,
    files.map((bytes, index) => sourceOf(index % 5 === 0 ? bob : alice, bytes)),
  );
  const kinds = outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.problem.code : outcome.kind));
  expect(kinds).toEqual(files.map((_, index) => (index % 5 === 0 ? 'not_found' : 'packed')));
  expect(objectPuts(client).length).toBe(1);
});

test('of a limited line only what was sent is used up, also when the service has the files already', async () => {
  const { client, alice } = await openWorld();
  let used = 0;
  class CountedLimit extends BandwidthLimit {
    override take(bytes: number, options: { readonly signal?: AbortSignal | undefined }): Promise<void> {
      used += bytes;
      return super.take(bytes, options);
    }
    override giveBack(bytes: number): void {
      used -= bytes;
      super.giveBack(bytes);
    }
  }
  const bandwidth = {
    upload: new CountedLimit(client.clock, 20 * KiB),
    download: new BandwidthLimit(client.clock),
  };
  await upload({ ...client, bandwidth }, alice, contents(60));
  const sent = objectPuts(client).reduce((sum, { body }) => sum + (body?.length ?? 0), 0);
  expect([used, sent > 0]).toEqual([sent, true]);
  await upload({ ...client, bandwidth }, alice, contents(60));
  expect(used).toBe(sent);
});

test('whoever names uploads in commits gets an upload of every file', async () => {
  const { client, alice } = await openWorld();
  const outcomes = await uploadFiles(
    client,
    contents(100).map((bytes) => sourceOf(alice, bytes)),
  );
  expect(kindsOf(outcomes)).toEqual({ uploaded: 100 });
  expect(apiCalls(client)['POST /v1/uploads']).toBe(1);
});

test('calls that share their turn read their files in the order of the calls', async () => {
  const { client, alice } = await openWorld();
  const reading = new TransferGate({ tasksMax: 1, bytesMax: 0 });
  const reads: number[] = [];
  const calls = [0, 1, 2].map((call) =>
    uploadContents(
      { ...client, reading },
      contents(400, 1000 * call).map((bytes) => ({
        ...sourceOf(alice, bytes),
        readNow: () => {
          reads.push(call);
          return bytes;
        },
      })),
    ),
  );
  expect((await Promise.all(calls)).map(kindsOf)).toEqual([{ packed: 400 }, { packed: 400 }, { packed: 400 }]);
  expect(reads).toEqual(reads.toSorted((a, b) => a - b));
});

test.each(['/v1/packs', '/v1/packs/stored', '/v1/uploads'])(
  'when there is no answer to %s the call fails, and the turn is free for the next one',
  async (path) => {
    const { service, alice } = await openWorld();
    // Some are stored already, so that uploads are opened too.
    await storePack(service, alice, contents(10));
    const there = inMemoryTransport(service);
    let isLost = true;
    const client = openInMemoryClient(service, alice, {
      send: async (request) => {
        if (isLost && request.url.endsWith(path)) throw new UnavailableError('no network');
        return there.send(request);
      },
    });
    const reading = new TransferGate({ tasksMax: 1, bytesMax: 0 });
    const files = contents(300);
    const sources = files.map((bytes) => ({ ...sourceOf(alice, bytes), readNow: () => bytes }));
    await expect(uploadContents({ ...client, reading }, sources)).rejects.toThrow(UnavailableError);
    isLost = false;
    const outcomes = await uploadContents({ ...client, reading }, sources);
    expect(await readBack(client, alice, outcomes)).toEqual(sameBytes(files));
  },
);

test('a call that is given up while it waits for its turn ends, and takes none', async () => {
  const { client, alice } = await openWorld();
  const reading = new TransferGate({ tasksMax: 1, bytesMax: 0 });
  let free: () => void = () => undefined;
  const other = reading.run(0, () => new Promise<void>((resolve) => (free = resolve)));
  const given = new AbortController();
  let reads = 0;
  const sources = contents(300).map((bytes) => ({
    ...sourceOf(alice, bytes),
    readNow: () => {
      reads += 1;
      return bytes;
    },
  }));
  const call = uploadContents({ ...client, reading }, sources, { signal: given.signal });
  await new Promise((resolve) => void setImmediate(resolve));
  given.abort(new Error('given up'));
  free();
  await expect(call).rejects.toThrow('given up');
  await other;
  expect([reads, client.sent.length]).toEqual([0, 0]);
});

test('answers of the service are taken while files are read: a pack is confirmed before the last of them is', async () => {
  const { service, alice } = await openWorld();
  const there = inMemoryTransport(service);
  let reads = 0;
  const readsAtConfirmations: number[] = [];
  const client = openInMemoryClient(service, alice, {
    send: async (request) => {
      if (request.url.endsWith('/v1/packs/stored')) readsAtConfirmations.push(reads);
      // As from a network: the answer comes with a later turn of the event loop.
      await new Promise((resolve) => void setImmediate(resolve));
      return there.send(request);
    },
  });
  const clock = {
    now: () => service.stores.clock.now(),
    sleep: () => new Promise<void>((resolve) => void setTimeout(resolve, 0)),
  };
  const files = contents(6_000).map((bytes) => ({
    ...sourceOf(alice, bytes),
    readNow: () => {
      reads += 1;
      return bytes;
    },
  }));
  await uploadContents({ ...client, clock }, files);
  expect(reads).toBe(6_000);
  expect(readsAtConfirmations[0]).toBeLessThan(6_000);
}, 60_000);
