/** Of the chunks of an edited file only what is new travels, whatever is edited, and whatever the network and others do meanwhile. */
import { expect, test } from '@jest/globals';
import { KiB, MiB, type Node, type NodeId, opId } from '@syncline/protocol';
import fc from 'fast-check';
import { LinkRate } from '../../client/src/transfers/link-rate.ts';
import {
  type TransferDependencies,
  type UploadOutcome,
  type UploadSource,
  uploadFiles,
} from '../../client/src/transfers/upload-files.ts';
import { newId } from '../support/api-device.ts';
import { faultyTransport, type TransportFault } from '../support/faulty-transport.ts';
import { type InMemoryClient, objectPuts, openInMemoryClient, sourceOf } from '../support/in-memory-client.ts';
import { join, type Member } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { inMemoryTransport } from '../support/in-memory-transport.ts';
import { propertyCases } from '../support/property-runs.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { commitUploads, downloadBytes } from '../support/uploaded-files.ts';

/** Its last chunk is long enough to be patched. */
const FILE_BYTES = 3.5 * MiB;
const contents = new Map<number, Uint8Array>();

/** Made once: it takes longer than all the rest. */
function contentOf(size: number): Uint8Array {
  const bytes = contents.get(size) ?? new SeededRandom(`before ${size}`).bytes(size);
  contents.set(size, bytes);
  return bytes;
}

interface World {
  readonly service: InMemoryService;
  readonly member: Member;
  readonly before: Uint8Array;
  /** Of the file that has these bytes. */
  readonly node: Node;
}

async function openWorld(size = FILE_BYTES): Promise<World> {
  const service = new InMemoryService();
  const member = await join(service, 'alice');
  const before = contentOf(size);
  const client = openInMemoryClient(service, member);
  const [nodeId] = await commitUploads(client, member, await uploadFiles(client, [sourceOf(member, before)]));
  if (nodeId === undefined) throw new Error('a commit makes a node');
  return { service, member, before, node: await nodeOf(client, member, nodeId) };
}

async function nodeOf({ api }: InMemoryClient, { namespaceId }: Member, nodeId: NodeId): Promise<Node> {
  const answer = await api.getNode({ parameters: { nodeId }, query: { namespaceId } });
  if (!answer.ok) throw new Error(answer.problem.detail);
  return answer.value.node;
}

function edited({ member, before, node }: World, after: Uint8Array): UploadSource {
  const { nodeId, contentRev: rev } = node;
  return { ...sourceOf(member, after), base: { nodeId, rev, size: before.length } };
}

/** Publishes an edit, and reads back what everybody has now. */
async function expectStored(
  world: World,
  client: InMemoryClient,
  outcome: UploadOutcome | undefined,
  after: Uint8Array,
) {
  if (outcome?.kind !== 'uploaded') throw new Error(`an upload was ${outcome?.kind}`);
  const { node, member } = world;
  const { nodeId, namespaceId, parentId, name, contentRev: baseRev } = node;
  const place = { namespaceId, parentId, name, nodeId, baseRev };
  const { uploadId } = outcome;
  const operation = { ...place, type: 'put' as const, opId: opId(newId(), 0), uploadId, clock: 2 };
  const answer = await client.api.commit({ body: { operations: [operation] } });
  if (!answer.ok) throw new Error(answer.problem.detail);
  expect(answer.value.results[0]?.status).toBe('committed');
  expect(Buffer.compare(await downloadBytes(client, member, nodeId), after)).toBe(0);
}

/** Uploads what the file is after an edit, by a client of its own. */
async function uploadEdit(world: World, after: Uint8Array, dependencies: Partial<TransferDependencies> = {}) {
  const client = openInMemoryClient(world.service, world.member);
  const [outcome] = await uploadFiles({ ...client, ...dependencies }, [edited(world, after)]);
  return { client, outcome };
}

function sentBytes({ sent }: InMemoryClient): number {
  return sent.reduce((sum, { body }) => sum + (body?.length ?? 0), 0);
}

function insert(bytes: Uint8Array, at: number, added: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)]);
}

test.each([
  ['some bytes are overwritten', (before: Uint8Array) => Buffer.from(before).fill(7, 1_500_000, 1_500_016)],
  ['some are added', (before: Uint8Array) => insert(before, 1_500_000, Buffer.from('ten bytes!'))],
  ['some are removed', (before: Uint8Array) => Buffer.concat([before.subarray(0, 900_000), before.subarray(904_096)])],
  ['some are added at the end', (before: Uint8Array) => Buffer.concat([before, Buffer.alloc(100, 1)])],
  [
    'some are removed at one place and as many added at another, in one chunk',
    (before: Uint8Array) =>
      insert(Buffer.concat([before.subarray(0, 9000), before.subarray(9010)]), 90_000, before.subarray(0, 10)),
  ],
])('when of a large file %s, less than 96 KiB travel', async (_what, edit) => {
  const world = await openWorld();
  const after = edit(world.before);
  const { client, outcome } = await uploadEdit(world, after);
  expect(objectPuts(client).length).toBe(0);
  expect(sentBytes(client)).toBeLessThan(96 * KiB);
  await expectStored(world, client, outcome, after);
});

test('a file of one chunk is patched too', async () => {
  const world = await openWorld(600 * KiB);
  const after = Buffer.from(world.before).fill(0, 5, 9);
  const { client, outcome } = await uploadEdit(world, after);
  expect(objectPuts(client).length).toBe(0);
  expect(sentBytes(client)).toBeLessThan(96 * KiB);
  await expectStored(world, client, outcome, after);
});

test('what is new for the most part is sent as it is', async () => {
  const world = await openWorld();
  const after = new SeededRandom('after').bytes(FILE_BYTES);
  const { client, outcome } = await uploadEdit(world, after);
  expect(client.sent.some(({ url }) => url.endsWith('/patches'))).toBe(false);
  await expectStored(world, client, outcome, after);
});

test('behind an insertion that is longer than a block, what is left is found where it stands now', async () => {
  const world = await openWorld();
  const longer = insert(world.before, 200_000, new SeededRandom('inserted').bytes(100 * KiB));
  const after = longer.fill(7, 3_000_000, 3_000_016);
  const { client, outcome } = await uploadEdit(world, after);
  expect(objectPuts(client).length).toBe(0);
  expect(sentBytes(client)).toBeLessThan(256 * KiB);
  await expectStored(world, client, outcome, after);
});

test('of a file that was made anew, long as it may be, a few chunks are looked at', async () => {
  const world = await openWorld(16 * MiB);
  const after = Buffer.from(world.before.map((byte) => byte ^ 0x55));
  const { client, outcome } = await uploadEdit(world, after);
  expect(client.sent.filter(({ url }) => url.endsWith('/outlines'))).toHaveLength(1);
  await expectStored(world, client, outcome, after);
});

test('a file with edits in most of its chunks is patched by as few requests as hold them', async () => {
  const world = await openWorld(16 * MiB);
  const after = Buffer.from(world.before);
  for (let at = 0; at < after.length; at += 500_000) after.fill(1, at, at + 16);
  const { client, outcome } = await uploadEdit(world, after);
  expect(objectPuts(client).length).toBeLessThan(2);
  expect(client.sent.length).toBeLessThan(12);
  expect(sentBytes(client)).toBeLessThan(2 * MiB);
  await expectStored(world, client, outcome, after);
});

test('a base that is not there any more is in nobody’s way', async () => {
  const world = await openWorld();
  const client = openInMemoryClient(world.service, world.member);
  const after = Buffer.from(world.before).fill(7, 1_500_000, 1_500_016);
  const source = edited(world, after);
  const [outcome] = await uploadFiles(client, [{ ...source, base: { ...source.base, rev: 77 } as never }]);
  expect(objectPuts(client)).toHaveLength(1);
  await expectStored(world, client, outcome, after);
});

test('a base of which the store has lost a chunk keeps no edit from being stored', async () => {
  const world = await openWorld();
  const { objects } = world.service.stores;
  for (const lost of objects.keys()) objects.sweep(lost);
  const { client, outcome } = await uploadEdit(world, Buffer.from(world.before).fill(7, 1_500_000, 1_500_016));
  expect(client.sent.filter(({ url }) => url.endsWith('/outlines'))).toHaveLength(1);
  expect(objectPuts(client)).toHaveLength(1);
  expect(outcome?.kind).toBe('uploaded');
});

test('over a link that is faster than asking nothing is asked', async () => {
  const world = await openWorld();
  const link = new LinkRate(world.service.stores.clock, () => 0);
  await link.measure(100 * MiB, async () => undefined);
  const after = Buffer.from(world.before).fill(7, 1_500_000, 1_500_016);
  const { client, outcome } = await uploadEdit(world, after, { link });
  expect(client.sent.some(({ url }) => url.endsWith('/outlines'))).toBe(false);
  await expectStored(world, client, outcome, after);
});

test('a file that is written to before it is patched is told as changed, and nothing of it is published', async () => {
  const world = await openWorld(6 * MiB);
  const after = Buffer.from(world.before).fill(7, 1_500_000, 1_500_016);
  const later = Buffer.from(after).fill(9, 1_500_100, 1_500_200);
  let now = after;
  const network = inMemoryTransport(world.service);
  const client = openInMemoryClient(world.service, world.member, {
    send: (request) => {
      if (request.url.endsWith('/outlines')) now = later;
      return network.send(request);
    },
  });
  const read: UploadSource['read'] = async ({ start, end }) => now.subarray(start, end);
  const [outcome] = await uploadFiles(client, [{ ...edited(world, after), read }]);
  expect(client.sent.some(({ url }) => url.endsWith('/patches'))).toBe(true);
  expect(outcome?.kind).toBe('changed');
});

interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly added: number;
}

function applyEdits(before: Uint8Array, edits: readonly Edit[]): Buffer {
  let bytes = Buffer.from(before);
  for (const [index, { at, removed, added }] of edits.entries()) {
    const place = Math.min(at, bytes.length);
    const rest = bytes.subarray(Math.min(bytes.length, place + removed));
    bytes = Buffer.concat([bytes.subarray(0, place), new SeededRandom(`${index} ${at}`).bytes(added), rest]);
  }
  return bytes;
}

const length = fc.oneof({ weight: 4, arbitrary: fc.nat(40) }, { weight: 1, arbitrary: fc.nat(400 * KiB) });
const someEdit = fc.record({ at: fc.nat(FILE_BYTES), removed: length, added: length });
const someFault = fc.record({
  at: fc.integer({ min: 1, max: 8 }),
  kind: fc.constantFrom<TransportFault[]>('lost', 'lost-answer', 'refused', 'damaged', 'throttled', 'late'),
});

test('whatever is edited, and whatever the network does: everybody has the file as it is now', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someEdit, { minLength: 1, maxLength: 6 }),
      fc.array(someFault, { maxLength: 3 }),
      async (edits, faults) => {
        const world = await openWorld();
        const after = applyEdits(world.before, edits);
        let count = 0;
        const network = inMemoryTransport(world.service);
        const client = openInMemoryClient(world.service, world.member, {
          send: (request) => {
            count += 1;
            return faultyTransport(network, faults.find(({ at }) => at === count)?.kind).send(request);
          },
        });
        const [outcome] = await uploadFiles(client, [edited(world, after)]);
        await expectStored(world, openInMemoryClient(world.service, world.member), outcome, after);
      },
    ),
    { numRuns: propertyCases(20) },
  );
}, 120_000);

test('whenever the process dies: the next one stores what is missing, and everybody has the file as it is now', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someEdit, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 8 }),
      fc.boolean(),
      async (edits, diesAt, isDone) => {
        const world = await openWorld();
        const after = applyEdits(world.before, edits);
        const death = new AbortController();
        const network = inMemoryTransport(world.service);
        let count = 0;
        const dying = openInMemoryClient(world.service, world.member, {
          send: async ({ signal: _none, ...request }) => {
            death.signal.throwIfAborted();
            count += 1;
            if (count < diesAt) return network.send(request);
            // What was asked last is done or not, and its answer is heard by nobody.
            if (isDone) await network.send(request);
            death.abort(new Error('killed'));
            throw death.signal.reason;
          },
        });
        const first = await uploadFiles(dying, [edited(world, after)], { signal: death.signal }).catch(
          (failure: unknown) => failure,
        );
        if (death.signal.aborted) expect(first).toBe(death.signal.reason);
        const { client, outcome } = await uploadEdit(world, after);
        await expectStored(world, client, outcome, after);
      },
    ),
    { numRuns: propertyCases(20) },
  );
}, 120_000);
