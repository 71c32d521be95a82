/**
 * Small files in packs, over a network that loses, refuses and damages, beside a rival who stores the same bytes, with files that change and
 * processes that die: every file has the right outcome, every byte is there, and nothing lies in the store twice.
 */
import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { type ChunkHash, KiB, type NodeId, storedLength } from '@syncline/protocol';
import fc from 'fast-check';
import type { Transport } from '../../client/src/api/transport.ts';
import { BandwidthLimit } from '../../client/src/transfers/bandwidth-limit.ts';
import {
  type ContentOutcome,
  type UploadSource,
  uploadContents,
  uploadFiles,
} from '../../client/src/transfers/upload-files.ts';
import { faultyTransport, type TransportFault } from '../support/faulty-transport.ts';
import { type InMemoryClient, openInMemoryClient, sourceOf } from '../support/in-memory-client.ts';
import { join, type Member } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { inMemoryTransport } from '../support/in-memory-transport.ts';
import { propertyCases } from '../support/property-runs.ts';
import { commitUploads, downloadBytes } from '../support/uploaded-files.ts';

interface SmallFile {
  /** Files of one content are equal. */
  readonly content: number;
  readonly sizeKiB: number;
  /** How often it is read before it is another file; never when absent. */
  readonly readsBeforeChange: number | undefined;
}

interface Fault {
  /** The request that it befalls, counted from the beginning. */
  readonly at: number;
  readonly kind: TransportFault;
}

/** Somebody who stores the same bytes meanwhile. */
interface Rival {
  /** The request before which it happens. */
  readonly at: number;
  readonly contents: readonly number[];
  readonly isSameAccount: boolean;
}

interface Case {
  readonly files: readonly SmallFile[];
  readonly faults: readonly Fault[];
  /** With a limit, packs are small, so that there are many. */
  readonly isPaced: boolean;
  /** Whether contents that packs have brought are told by their commits, without upload sessions. */
  readonly isTold: boolean;
}

const CONTENTS_MAX = 40;
/** So few that no budget of tries is used up. */
const FAULTS_MAX = 5;
/** At this rate a pack holds 1 MiB. */
const SLOW = 20 * KiB;
/** What such a pack holds at least, when there is as much: less than the largest file does not fit any more. */
const SLOW_PACK_BYTES_MIN = 512 * KiB;

const someFile = fc.record({
  content: fc.nat({ max: CONTENTS_MAX }),
  sizeKiB: fc.oneof({ weight: 5, arbitrary: fc.nat({ max: 8 }) }, { weight: 1, arbitrary: fc.nat({ max: 500 }) }),
  readsBeforeChange: fc.option(fc.nat({ max: 2 }), { freq: 6, nil: undefined }),
});
const someFault = fc.record({
  // Mostly the initiation, and the first pack or two.
  at: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 6 }) },
    { arbitrary: fc.integer({ min: 1, max: 30 }), weight: 1 },
  ),
  kind: fc.constantFrom<TransportFault[]>('lost', 'lost-answer', 'refused', 'damaged', 'throttled', 'late'),
});
const someRival = fc.record({
  at: fc.integer({ min: 1, max: 12 }),
  contents: fc.array(fc.nat({ max: CONTENTS_MAX }), { minLength: 1, maxLength: 10 }),
  isSameAccount: fc.boolean(),
});
const uploadCase: fc.Arbitrary<Case> = fc.record({
  files: fc.array(someFile, { minLength: 2, maxLength: 80 }),
  faults: fc.array(someFault, { maxLength: FAULTS_MAX }),
  isPaced: fc.boolean(),
  isTold: fc.boolean(),
});

/** Two in three are text, which is compressed; the others have no order. */
function bytesOf({ content, sizeKiB }: Pick<SmallFile, 'content' | 'sizeKiB'>, version = 0): Buffer {
  const [name, length] = [`${content}/${version} `, sizeKiB * KiB];
  if (content % 3 > 0 || length === 0) return Buffer.alloc(length, name);
  return createHash('shake256', { outputLength: length }).update(name).digest();
}

function sourceOfFile(member: Member, file: SmallFile): UploadSource {
  let reads = 0;
  return {
    ...sourceOf(member, bytesOf(file)),
    read: async ({ start, end }) => {
      reads += 1;
      const isChanged = file.readsBeforeChange !== undefined && reads > file.readsBeforeChange;
      return bytesOf(file, isChanged ? 1 : 0).subarray(start, end);
    },
  };
}

interface World {
  readonly service: InMemoryService;
  readonly alice: Member;
  readonly bob: Member;
}

async function openWorld(): Promise<World> {
  const service = new InMemoryService();
  return { service, alice: await join(service, 'alice'), bob: await join(service, 'bob') };
}

/** A client of Alice's with the faults of a case; `before` is told the number of each request before it is sent. */
function openClient(
  { service, alice }: World,
  given: Pick<Case, 'faults' | 'isPaced'>,
  before: (count: number) => Promise<void> = async () => undefined,
): InMemoryClient {
  let sent = 0;
  const transport: Transport = {
    send: async (request) => {
      sent += 1;
      const count = sent;
      await before(count);
      const fault = given.faults.find(({ at }) => at === count)?.kind;
      return faultyTransport(inMemoryTransport(service), fault).send(request);
    },
  };
  const client = openInMemoryClient(service, alice, transport);
  const uploads = new BandwidthLimit(client.clock, given.isPaced ? SLOW : undefined);
  return { ...client, bandwidth: { upload: uploads, download: new BandwidthLimit(client.clock) }, packFilesMin: 2 };
}

function upload(
  client: InMemoryClient,
  member: Member,
  { files, isTold }: Pick<Case, 'files' | 'isTold'>,
  signal?: AbortSignal,
): Promise<readonly ContentOutcome[]> {
  const send = isTold ? uploadContents : uploadFiles;
  return send(
    client,
    files.map((file) => sourceOfFile(member, file)),
    { signal },
  );
}

/** Stores and publishes contents, each by a PUT of its own. */
async function storeAlone({ service, alice, bob }: World, rival: Rival, files: readonly SmallFile[]): Promise<void> {
  const member = rival.isSameAccount ? alice : bob;
  const client = openInMemoryClient(service, member);
  const same = files.filter(({ content }) => rival.contents.includes(content));
  const sources = same.map((file) => sourceOf(member, bytesOf(file)));
  await commitUploads(client, member, await uploadFiles({ ...client, packFilesMin: sources.length + 1 }, sources));
}

/** Every file is uploaded as what it was at some time, and that can be read back by whoever may. */
async function checkStored(
  { service, alice }: World,
  files: readonly SmallFile[],
  outcomes: readonly ContentOutcome[],
) {
  const client = openInMemoryClient(service, alice);
  const nodeIds = await commitUploads(client, alice, outcomes);
  expect(nodeIds.length).toBe(files.length);
  for (const [index, file] of files.entries()) {
    const bytes = await downloadBytes(client, alice, nodeIds[index] as NodeId);
    const version = file.readsBeforeChange === 0 ? 1 : 0;
    expect(bytesOf(file, version).equals(bytes)).toBe(true);
  }
}

async function storedBytes({ service }: World): Promise<number> {
  const { objects } = service.stores;
  const heads = await Promise.all(objects.keys().map((key) => objects.head(key)));
  return heads.reduce((sum, head) => sum + (head?.size ?? 0), 0);
}

function distinctBytes(outcomes: readonly ContentOutcome[]): number {
  return [...distinctSizes(outcomes).values()].reduce((sum, size) => sum + size, 0);
}

function distinctSizes(outcomes: readonly ContentOutcome[]): ReadonlyMap<ChunkHash, number> {
  const chunks = outcomes.flatMap((outcome) => ('chunks' in outcome ? outcome.chunks : []));
  return new Map(chunks.map(({ hash, size }) => [hash, size]));
}

/** What the chunks of these files take where they lie: fewer bytes for text in packs. What was sent alone is recorded by the commit. */
async function recordedBytes({ service }: World, outcomes: readonly ContentOutcome[]): Promise<number> {
  const sizes = [...distinctSizes(outcomes)];
  const records = await service.stores.chunks.locate(
    'shared',
    sizes.map(([hash]) => hash),
  );
  return sizes.reduce((sum, [hash, size]) => sum + storedLength(records.get(hash) ?? { size }), 0);
}

test('whatever the network does: all is stored, each chunk once, in a bounded number of requests', async () => {
  await fc.assert(
    fc.asyncProperty(uploadCase, async (given) => {
      const world = await openWorld();
      const client = openClient(world, given);
      const outcomes = await upload(client, world.alice, given);
      const bytes = distinctBytes(outcomes);
      expect(await storedBytes(world)).toBe(await recordedBytes(world, outcomes));
      expect(await storedBytes(world)).toBeLessThanOrEqual(bytes);
      const packs = 1 + Math.ceil(bytes / SLOW_PACK_BYTES_MIN);
      expect(client.sent.length).toBeLessThanOrEqual(3 + 3 * packs + 5 * given.faults.length);
      await checkStored(world, given.files, outcomes);
    }),
    { numRuns: propertyCases(36) },
  );
}, 120_000);

test('whoever stores the same bytes meanwhile: all is stored', async () => {
  await fc.assert(
    fc.asyncProperty(uploadCase, fc.array(someRival, { minLength: 1, maxLength: 3 }), async (given, rivals) => {
      const world = await openWorld();
      const client = openClient(world, given, async (count) => {
        for (const each of rivals) if (each.at === count) await storeAlone(world, each, given.files);
      });
      const outcomes = await upload(client, world.alice, given);
      await checkStored(world, given.files, outcomes);
    }),
    { numRuns: propertyCases(36) },
  );
}, 120_000);

test('whenever the process dies: the next one stores what is missing', async () => {
  await fc.assert(
    fc.asyncProperty(uploadCase, fc.integer({ min: 1, max: 20 }), async (given, diesAt) => {
      const world = await openWorld();
      const death = new AbortController();
      const dying = openClient(world, given, async (count) => {
        if (count >= diesAt) death.abort(new Error('killed'));
        death.signal.throwIfAborted();
      });
      const files = given.files.map((file) => ({ ...file, readsBeforeChange: undefined }));
      const same = { ...given, files };
      const first = await upload(dying, world.alice, same, death.signal).catch((failure: unknown) => failure);
      if (death.signal.aborted) expect(first).toBe(death.signal.reason);
      const next = openClient(world, { ...given, faults: [] });
      const outcomes = await upload(next, world.alice, same);
      await checkStored(world, files, outcomes);
      const again = openClient(world, { ...given, faults: [] });
      await upload(again, world.alice, same);
      expect(again.sent.some(({ method }) => method === 'PUT')).toBe(false);
    }),
    { numRuns: propertyCases(36) },
  );
}, 120_000);
