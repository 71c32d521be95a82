import { beforeEach, describe, expect, test } from '@jest/globals';
import { assert, ChunkHash, storedLength } from '@syncline/protocol';
import fc from 'fast-check';
import { chunkOf, join, type Member, sha256Hex, textBytes } from '../../test/support/in-memory-member.ts';
import {
  type BuiltPack,
  confirmPack,
  type PackForm,
  packOf,
  putPack,
  storePack,
} from '../../test/support/in-memory-pack.ts';
import { InMemoryService } from '../../test/support/in-memory-service.ts';
import { interleavedStores } from '../../test/support/interleaved-stores.ts';
import { Interleaver } from '../../test/support/interleaver.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { readStoredChunk } from '../../test/support/stored-chunk.ts';
import { judgePack } from './judge-pack.ts';
import { PACK_GRACE_MS, PACK_REST_MS } from './limits.ts';
import { placeMembers } from './place-members.ts';
import { sweepPack } from './sweep-pack.ts';

const DOMAIN = 'shared';
/** Ten chunks of 100 bytes. */
const CONTENTS = Array.from({ length: 10 }, (_, index) => textBytes(`${index}`.repeat(100)));

let service: InMemoryService;
let alice: Member;
let built: BuiltPack;

async function storeContents(form: PackForm = 'plain'): Promise<void> {
  alice = await join(service, 'alice');
  built = await storePack(service, alice, packOf(CONTENTS, form));
  service.stores.clock.advance(PACK_REST_MS);
}

beforeEach(async () => {
  service = new InMemoryService();
  await storeContents();
});

function sweep(hash = built.pack.hash, stores = service.stores) {
  return sweepPack(stores, { domain: DOMAIN, hash }, stores.clock.now());
}

/** What the sweep of chunks does to those that nobody needs. */
function forget(contents: readonly Uint8Array[]): void {
  for (const bytes of contents) service.stores.chunks.sweep(DOMAIN, chunkOf(bytes).hash, 'deleted');
}

function readBack(bytes: Uint8Array, stores = service.stores): Promise<Uint8Array | undefined> {
  return readStoredChunk(stores, { domain: DOMAIN, hash: chunkOf(bytes).hash });
}

async function expectReadable(contents: readonly Uint8Array[], stores = service.stores): Promise<void> {
  for (const bytes of contents) {
    expect(sha256Hex((await readBack(bytes, stores)) ?? '')).toBe(chunkOf(bytes).hash);
  }
}

/** Whatever lies in a pack, the sweep knows of that pack. */
async function expectRecorded(contents: readonly Uint8Array[]): Promise<void> {
  const { chunks, packs } = service.stores;
  const records = await chunks.locate(
    DOMAIN,
    contents.map((bytes) => chunkOf(bytes).hash),
  );
  for (const { hash, objectKey } of records.values()) {
    const pack = await packs.get({ domain: DOMAIN, hash: ChunkHash.parse(objectKey.split('/')[2]) });
    expect(pack).toMatchObject({ state: 'live', members: expect.arrayContaining([expect.objectContaining({ hash })]) });
  }
}

describe('a pack is judged by its living bytes', () => {
  const members = CONTENTS.map(chunkOf);
  const judge = (count: number) => judgePack(members, new Set(members.slice(0, count).map(({ hash }) => hash)));

  test.each([
    [0, 'drop'],
    [1, 'rewrite'],
    [4, 'rewrite'],
    [5, 'keep'],
    [10, 'keep'],
  ])('of ten equal members %i are alive: %s', (count, verdict) => expect(judge(count)).toBe(verdict));

  test('as they are stored, not as they would be opened', () => {
    const [large, ...rest] = members.slice(0, 3);
    assert(large !== undefined, 'there are ten');
    const frame = { ...large, size: 10_000, stored: { size: 50, encoding: 'zstd' } } as const;
    expect(judgePack([frame, ...rest], new Set([large.hash]))).toBe('rewrite');
  });

  test('and not by their number, nor by chunks that are no members', () => {
    const uneven = [
      { ...chunkOf(textBytes('a')), size: 900 },
      { ...chunkOf(textBytes('b')), size: 50 },
      { ...chunkOf(textBytes('c')), size: 50 },
    ];
    const [large, ...small] = uneven.map(({ hash }) => hash);
    expect(judgePack(uneven, new Set([large as ChunkHash]))).toBe('keep');
    expect(judgePack(uneven, new Set(small))).toBe('rewrite');
    expect(judgePack(uneven, new Set([chunkOf(textBytes('d')).hash]))).toBe('drop');
  });
});

describe('a pack that is alive', () => {
  test('by half is kept as it is', async () => {
    forget(CONTENTS.slice(5));
    expect(await sweep()).toEqual({ kind: 'kept' });
    await expectReadable(CONTENTS.slice(0, 5));
    expect(service.stores.objects.keys()).toEqual([`packs/shared/${built.pack.hash}`]);
  });

  test('by less than half is rewritten: what lives lies in a new pack, and the old object stays for those who read it', async () => {
    const alive = [CONTENTS[1], CONTENTS[4], CONTENTS[9]].filter((bytes) => bytes !== undefined);
    forget(CONTENTS.filter((bytes) => !alive.includes(bytes)));
    const into = packOf(alive).pack;
    expect(await sweep()).toEqual({ kind: 'rewritten', into: into.hash });
    await expectReadable(alive);
    const { chunks, packs, objects } = service.stores;
    const hashes = into.members.map(({ hash }) => hash);
    const places = [...(await chunks.locate(DOMAIN, hashes)).values()].map(({ objectKey }) => objectKey);
    expect(places).toEqual(hashes.map(() => `packs/shared/${into.hash}`));
    expect(await packs.get({ domain: DOMAIN, hash: into.hash })).toMatchObject({
      state: 'live',
      members: into.members,
    });
    expect(objects.keys()).toContain(`packs/shared/${built.pack.hash}`);
    expect(await sweep(into.hash)).toEqual({ kind: 'kept' });
    expect(await sweep()).toEqual({ kind: 'condemned' });
  });

  test('is rewritten without being opened and compressed anew: each member is copied in its form', async () => {
    service = new InMemoryService();
    await storeContents('mixed');
    const alive = CONTENTS.slice(3, 6);
    forget(CONTENTS.filter((bytes) => !alive.includes(bytes)));
    const outcome = await sweep();
    assert(outcome.kind === 'rewritten', 'less than half of it lives');
    const members = built.pack.members.slice(3, 6);
    expect(members.map(({ stored }) => stored !== undefined)).toEqual([false, true, false]);
    expect(await service.stores.packs.get({ domain: DOMAIN, hash: outcome.into })).toMatchObject({ members });
    const before = placeMembers(built.pack.members).slice(3, 6);
    const start = before[0]?.offset ?? 0;
    const bytes = built.bytes.subarray(start, start + members.reduce((sum, member) => sum + storedLength(member), 0));
    expect(await service.stores.objects.read(`packs/shared/${outcome.into}`)).toEqual(Uint8Array.from(bytes));
    await expectReadable(alive);
  });

  test('is left alone for a time after it was recorded, whatever lives in it', async () => {
    const [dying, dead] = [textBytes('a'), textBytes('and much more')];
    const fresh = await storePack(service, alice, [dying, dead]);
    forget([dead]);
    service.stores.clock.advance(PACK_REST_MS - 1);
    expect(await sweep(fresh.pack.hash)).toEqual({ kind: 'kept' });
    forget([dying]);
    expect(await sweep(fresh.pack.hash)).toEqual({ kind: 'kept' });
    service.stores.clock.advance(1);
    expect(await sweep(fresh.pack.hash)).toEqual({ kind: 'condemned' });
  });

  test('keeps its holders and pins through a rewriting', async () => {
    const [only = new Uint8Array()] = CONTENTS;
    forget(CONTENTS.slice(1));
    const { accountId } = alice;
    const query = { domain: DOMAIN, accountId, hashes: [chunkOf(only).hash] };
    const pinnedUntil = (await service.stores.chunks.lookup(query)).get(chunkOf(only).hash)?.record?.pinnedUntil;
    await sweep();
    expect((await service.stores.chunks.lookup(query)).get(chunkOf(only).hash)).toMatchObject({
      held: true,
      record: { state: 'live', pinnedUntil, objectKey: `packs/shared/${packOf([only]).pack.hash}` },
    });
  });
});

describe('a pack in which nothing lives', () => {
  beforeEach(() => forget(CONTENTS));

  test('is condemned, and deleted after a time of grace; then its object may go', async () => {
    expect(await sweep()).toEqual({ kind: 'condemned' });
    service.stores.clock.advance(PACK_GRACE_MS - 1);
    expect(await sweep()).toEqual({ kind: 'condemned' });
    service.stores.clock.advance(1);
    const objectKey = `packs/shared/${built.pack.hash}`;
    const { versionId } = (await service.stores.objects.head(objectKey)) ?? {};
    for (let repeat = 0; repeat < 2; repeat++) expect(await sweep()).toEqual({ kind: 'deleted', objectKey, versionId });
  });

  test('lives again when its account sends it anew while it is condemned', async () => {
    await sweep();
    expect(await putPack(service, alice, built)).toBe(412);
    expect(await confirmPack(service, alice, built.pack)).toBe('stored');
    service.stores.clock.advance(PACK_GRACE_MS + PACK_REST_MS);
    expect(await sweep()).toEqual({ kind: 'kept' });
    await expectReadable(CONTENTS);
  });

  test('takes no members any more once it is deleted, until its object is gone and another is stored', async () => {
    await sweep();
    service.stores.clock.advance(PACK_GRACE_MS);
    expect(await sweep()).toMatchObject({ kind: 'deleted' });
    expect(await putPack(service, alice, built)).toBe(412);
    expect(await confirmPack(service, alice, built.pack)).toMatchObject({
      code: 'chunks_missing',
      remedy: 'upload-chunks',
    });
    expect(await readBack(CONTENTS[0] ?? new Uint8Array())).toBeUndefined();
    service.stores.objects.sweep(`packs/shared/${built.pack.hash}`);
    await storePack(service, alice, CONTENTS);
    await expectReadable(CONTENTS);
    expect(await sweep()).toEqual({ kind: 'kept' });
  });

  test('is not deleted when a confirmation comes between the look and the deletion', async () => {
    await sweep();
    service.stores.clock.advance(PACK_GRACE_MS);
    const { packs } = service.stores;
    const markDeleted = packs.markDeleted.bind(packs);
    packs.markDeleted = async (change) => {
      await confirmPack(service, alice, built.pack);
      return markDeleted(change);
    };
    expect((await sweep()).kind).not.toBe('deleted');
    expect(await packs.get({ domain: DOMAIN, hash: built.pack.hash })).toMatchObject({ state: 'live' });
    await expectReadable(CONTENTS);
  });
});

describe('a chunk that is marked for removal may live again', () => {
  const [first = new Uint8Array()] = CONTENTS;
  const rowKey = (bytes: Uint8Array) => `${DOMAIN}#${chunkOf(bytes).hash}`;

  function mark(contents: readonly Uint8Array[], removal: 'marked' | 'final'): void {
    const { rows } = service.stores.chunks;
    const keys = new Set(contents.map(rowKey));
    for (const [key, row] of rows) if (keys.has(key)) rows.set(key, { ...row, state: 'deleted', removal });
  }

  test('so its pack is neither condemned nor deleted, until the removal is final', async () => {
    mark(CONTENTS, 'marked');
    expect(await sweep()).toEqual({ kind: 'kept' });
    mark(CONTENTS, 'final');
    expect(await sweep()).toEqual({ kind: 'condemned' });
  });

  test('and goes with the others when its pack is rewritten', async () => {
    forget(CONTENTS.slice(1));
    mark([first], 'marked');
    const into = packOf([first]).pack.hash;
    expect(await sweep()).toEqual({ kind: 'rewritten', into });
    const row = service.stores.chunks.rows.get(rowKey(first));
    expect(row).toMatchObject({ removal: 'marked', objectKey: `packs/${DOMAIN}/${into}` });
  });
});

test('a condemned pack in which a chunk lives again is live, and has its whole time of grace when it is empty anew', async () => {
  const { chunks, packs, clock } = service.stores;
  const rows = new Map(chunks.rows);
  forget(CONTENTS);
  expect(await sweep()).toEqual({ kind: 'condemned' });
  for (const [key, row] of rows) chunks.rows.set(key, row);
  expect(await sweep()).toEqual({ kind: 'kept' });
  expect(await packs.get({ domain: DOMAIN, hash: built.pack.hash })).toMatchObject({ state: 'live' });
  forget(CONTENTS);
  clock.advance(PACK_GRACE_MS);
  expect(await sweep()).toEqual({ kind: 'condemned' });
});

test('a pack whose bytes have changed is not copied', async () => {
  const [kept = new Uint8Array(), second = new Uint8Array()] = CONTENTS;
  forget(CONTENTS.slice(2));
  const { objects } = service.stores;
  const read = objects.read.bind(objects);
  objects.read = async (key, range) => {
    const bytes = new Uint8Array((await read(key, range)) ?? []);
    bytes[150] = 0;
    return bytes;
  };
  expect(await sweep()).toEqual({ kind: 'damaged', members: [chunkOf(second).hash] });
  objects.read = read;
  await expectReadable([kept, second]);
  expect(objects.keys()).toEqual([`packs/shared/${built.pack.hash}`]);
});

/** Stores of which a call ends the process: it is done or not, and nothing after it is. */
class Killed extends Error {}
function killedAt(call: number, isDone: boolean) {
  let calls = 0;
  const watch = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return async (...parameters: readonly unknown[]): Promise<unknown> => {
          calls += 1;
          if (calls === call && !isDone) throw new Killed();
          // A move is many writes: it dies after the first half of them.
          const answer: unknown = await Reflect.apply(
            member,
            target,
            name === 'move' && calls === call ? halfMoved(parameters) : parameters,
          );
          if (calls === call) throw new Killed();
          return answer;
        };
      },
    });
  const { chunks, packs, objects } = service.stores;
  return {
    stores: { ...service.stores, chunks: watch(chunks), packs: watch(packs), objects: watch(objects) },
    calls: () => calls,
  };
}

function halfMoved([moved]: readonly unknown[]): readonly unknown[] {
  const whole = moved as { readonly chunks: readonly unknown[] };
  return [{ ...whole, chunks: whole.chunks.slice(0, whole.chunks.length / 2) }];
}

describe('a rewriting that is killed', () => {
  const alive = CONTENTS.slice(2, 6);

  test.each([
    ['before', false],
    ['after', true],
  ])('%s any of its calls has lost nothing, and is brought to its end by another', async (_when, isDone) => {
    let call = 0;
    for (let ended = false; !ended; ) {
      call += 1;
      service = new InMemoryService();
      await storeContents();
      forget(CONTENTS.filter((bytes) => !alive.includes(bytes)));
      const killing = killedAt(call, isDone);
      const outcome = await sweep(built.pack.hash, killing.stores).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
        return undefined;
      });
      ended = killing.calls() < call;
      expect(outcome === undefined).toBe(!ended);
      await expectReadable(alive);
      await expectRecorded(alive);
      await sweepToTheEnd();
      await expectReadable(alive);
    }
    expect(call).toBeGreaterThan(6);
  });
});

/** Sweeps every pack again and again, and removes the objects that may go, until nothing but what is needed is left. */
async function sweepToTheEnd(): Promise<void> {
  const { packs, objects, clock } = service.stores;
  for (let round = 0; round < 4; round++) {
    for (const { hash } of packs.list()) {
      const outcome = await sweep(hash);
      if (outcome.kind === 'deleted') objects.sweep(outcome.objectKey);
    }
    clock.advance(PACK_GRACE_MS + PACK_REST_MS);
  }
}

test('sweeps at the same time, an account that sends the pack again, and readers: no chunk is ever lost', async () => {
  const cases = fc.record({
    seed: fc.integer(),
    alive: fc.subarray(CONTENTS, { minLength: 1 }),
    isCondemned: fc.boolean(),
    form: fc.constantFrom<PackForm[]>('plain', 'compressed', 'mixed'),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, alive, isCondemned, form }) => {
      const interleaver = new Interleaver({ random: new SeededRandom(`order ${seed}`), faults: 0 });
      service = new InMemoryService({ seen: (stores) => interleavedStores(interleaver, stores) });
      await storeContents(form);
      forget(isCondemned ? CONTENTS : CONTENTS.filter((bytes) => !alive.includes(bytes)));
      if (isCondemned) {
        await sweep();
        service.stores.clock.advance(PACK_GRACE_MS);
      }
      const stores = interleavedStores(interleaver, service.stores);
      const removed = new Set<string>();
      const sweepOnce = async () => {
        const outcome = await sweep(built.pack.hash, stores);
        if (outcome.kind !== 'deleted' || removed.has(outcome.objectKey)) return;
        removed.add(outcome.objectKey);
        service.stores.objects.sweep(outcome.objectKey);
      };
      const resend = async () => void (resent = await confirmPack(service, alice, built.pack));
      const needed = isCondemned ? [] : alive;
      const read = async () => expectReadable(needed, stores);
      let resent: Awaited<ReturnType<typeof confirmPack>> | undefined;
      await interleaver.run([sweepOnce, read, resend, sweepOnce, read]);
      await expectReadable(resent === 'stored' ? CONTENTS : needed);
      await sweepToTheEnd();
      await expectReadable(resent === 'stored' ? CONTENTS : needed);
    }),
  );
});

test('a pack that nobody has recorded is left alone', async () => {
  expect(await sweep(ChunkHash.parse('0'.repeat(64)))).toEqual({ kind: 'kept' });
});
