import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { AccountId, ChunkHash, epochMs } from '@syncline/protocol';
import type { ChunkIndex, NewChunk } from '../../lambdas/chunks/chunk-index.ts';
import type { KnownObjects } from '../support/known-objects.ts';
import { freshId } from './namespace-fixture.ts';

export interface ChunkSubject {
  readonly chunks: ChunkIndex;
  /** What the chunks lie in. */
  readonly objects: KnownObjects;
  /** Does to a record what the sweep does. */
  readonly sweep: (domain: string, hash: ChunkHash, to: 'condemned' | 'deleted') => Promise<void>;
}

const NOW = epochMs(Date.UTC(2026, 0, 1));
const LATER = epochMs(NOW + 1000);
const LATEST = epochMs(NOW + 2000);

function freshHash(): ChunkHash {
  return ChunkHash.parse(createHash('sha256').update(randomBytes(16)).digest('hex'));
}

function newChunk(given: Partial<NewChunk> = {}): NewChunk {
  const hash = freshHash();
  return { hash, size: 100, objectKey: `chunks/shared/${hash}`, offset: 0, versionId: 'v1', ...given };
}

function freshAccount(): AccountId {
  return AccountId.parse(freshId());
}

/** What every ChunkIndex must do. */
export function describeChunkIndex(make: () => Promise<ChunkSubject>): void {
  let subject: ChunkSubject;
  beforeAll(async () => {
    subject = await make();
  });
  const get = () => subject;
  describeRecords(get);
  describeHolders(get);
  describePins(get);
  describeMoves(get);
  describeDoubts(get);
}

async function store(
  subject: ChunkSubject,
  chunks: readonly NewChunk[],
  given: { accountId?: AccountId; domain?: string } = {},
) {
  const accountId = given.accountId ?? freshAccount();
  const domain = given.domain ?? 'shared';
  await subject.chunks.recordStored({ domain, accountId, chunks, pinnedUntil: LATER, now: NOW });
  return accountId;
}

async function locateOne({ chunks }: ChunkSubject, hash: ChunkHash, domain = 'shared') {
  return (await chunks.locate(domain, [hash])).get(hash);
}

function describeRecords(get: () => ChunkSubject): void {
  test('a stored chunk is found where it was stored', async () => {
    const packed = newChunk({ objectKey: 'packs/shared/x', offset: 4096, stored: { size: 40, encoding: 'zstd' } });
    const { versionId: _version, ...plain } = newChunk();
    await store(get(), [packed, plain]);
    const found = await get().chunks.locate('shared', [plain.hash, packed.hash, freshHash()]);
    const rest = { state: 'live', pinnedUntil: LATER };
    expect(found).toEqual(
      new Map([
        [plain.hash, { ...plain, ...rest }],
        [packed.hash, { ...packed, ...rest }],
      ]),
    );
  });

  test('the first place of a chunk stays', async () => {
    const first = newChunk();
    await store(get(), [first]);
    await store(get(), [{ ...first, objectKey: 'elsewhere', offset: 7, versionId: 'v2' }]);
    expect(await locateOne(get(), first.hash)).toMatchObject(first);
  });

  test('of 16 writers of one chunk one place wins, whole', async () => {
    const { hash } = newChunk();
    const offers = Array.from({ length: 16 }, (_, n) =>
      newChunk({ hash, objectKey: `place ${n}`, offset: n, versionId: `v${n}` }),
    );
    await Promise.all(offers.map((offer) => store(get(), [offer])));
    const found = await locateOne(get(), hash);
    expect(offers.some((offer) => offer.objectKey === found?.objectKey && offer.offset === found.offset)).toBe(true);
    expect(found).toMatchObject({ state: 'live', versionId: `v${found?.offset}` });
  });

  test('domains do not know of each other', async () => {
    const chunk = newChunk();
    const domain = freshAccount();
    const accountId = await store(get(), [chunk], { domain });
    expect(await locateOne(get(), chunk.hash)).toBeUndefined();
    expect(await locateOne(get(), chunk.hash, domain)).toMatchObject(chunk);
    const { hash } = chunk;
    expect((await get().chunks.lookup({ domain: 'shared', accountId, hashes: [hash] })).get(hash)).toEqual({
      held: false,
    });
  });

  test('a deleted chunk is not stored, and one stored again has its new place', async () => {
    const first = newChunk();
    const accountId = await store(get(), [first]);
    await get().sweep('shared', first.hash, 'deleted');
    expect(await locateOne(get(), first.hash)).toBeUndefined();
    const { hash } = first;
    const query = { domain: 'shared', accountId, hashes: [hash] };
    expect((await get().chunks.lookup(query)).get(hash)?.record).toBeUndefined();
    const again = { ...first, versionId: 'v9' };
    await store(get(), [again]);
    expect(await locateOne(get(), hash)).toEqual({ ...again, state: 'live', pinnedUntil: LATER });
  });

  test('storing a condemned chunk again lets it live, and no pin becomes shorter', async () => {
    const chunk = newChunk();
    await store(get(), [chunk]);
    await get().chunks.pin({ domain: 'shared', hashes: [chunk.hash], until: LATEST });
    await get().sweep('shared', chunk.hash, 'condemned');
    expect(await locateOne(get(), chunk.hash)).toMatchObject({ state: 'condemned' });
    await store(get(), [chunk]);
    expect(await locateOne(get(), chunk.hash)).toMatchObject({ state: 'live', pinnedUntil: LATEST });
  });
}

function describeHolders(get: () => ChunkSubject): void {
  test('who stored a chunk holds it, others do not until they have shown that they do', async () => {
    const chunks = [newChunk(), newChunk()];
    const absent = freshHash();
    const hashes = [...chunks.map(({ hash }) => hash), absent];
    const writer = await store(get(), chunks);
    const other = freshAccount();
    const heldBy = async (accountId: AccountId) => {
      const known = await get().chunks.lookup({ domain: 'shared', accountId, hashes });
      return hashes.map((hash) => known.get(hash)?.held);
    };
    expect(await heldBy(writer)).toEqual([true, true, false]);
    expect(await heldBy(other)).toEqual([false, false, false]);
    const proved = { domain: 'shared', accountId: other, hashes: hashes.slice(0, 1), now: NOW };
    await get().chunks.recordHolder(proved);
    await get().chunks.recordHolder(proved);
    expect(await heldBy(other)).toEqual([true, false, false]);
  });

  test('every hash asked for is answered, once, however many there are', async () => {
    const stored = Array.from({ length: 130 }, () => newChunk());
    const accountId = await store(get(), stored);
    const hashes = [...stored.map(({ hash }) => hash), ...Array.from({ length: 70 }, freshHash)];
    const asked = [...hashes, ...hashes.slice(0, 5)];
    const known = await get().chunks.lookup({ domain: 'shared', accountId, hashes: asked });
    expect([...known.keys()].toSorted()).toEqual(hashes.toSorted());
    expect([...known.values()].filter(({ record, held }) => held && record !== undefined)).toHaveLength(130);
  });
}

function describePins(get: () => ChunkSubject): void {
  test('a pin lasts at least as long as the longest that was asked for', async () => {
    const chunk = newChunk();
    await store(get(), [chunk]);
    const pinnedUntil = async (until: typeof NOW) => {
      await get().chunks.pin({ domain: 'shared', hashes: [chunk.hash], until });
      return (await locateOne(get(), chunk.hash))?.pinnedUntil;
    };
    expect(await pinnedUntil(LATEST)).toBe(LATEST);
    expect(await pinnedUntil(NOW)).toBe(LATEST);
    expect(await pinnedUntil(LATER)).toBe(LATEST);
  });

  test('pins of 16 callers at once keep the longest', async () => {
    // The longest first: whoever comes late has read a shorter pin.
    const chunk = newChunk();
    await store(get(), [chunk]);
    const untils = Array.from({ length: 16 }, (_, n) => epochMs(LATEST + (16 - n) * 1000));
    const kept = await Promise.all(
      untils.map((until) => get().chunks.pin({ domain: 'shared', hashes: [chunk.hash], until })),
    );
    for (const set of kept) expect(set).toEqual(new Set([chunk.hash]));
    expect((await locateOne(get(), chunk.hash))?.pinnedUntil).toBe(untils[0]);
  });

  test('a condemned chunk lives again, also when its pin is long enough already', async () => {
    const chunk = newChunk();
    await store(get(), [chunk]);
    await get().sweep('shared', chunk.hash, 'condemned');
    await get().chunks.pin({ domain: 'shared', hashes: [chunk.hash], until: NOW });
    expect(await locateOne(get(), chunk.hash)).toMatchObject({ state: 'live', pinnedUntil: LATER });
  });

  test('what is not stored any more is not pinned, and not made by it', async () => {
    const [kept, gone] = [newChunk(), newChunk()];
    await store(get(), [kept, gone]);
    await get().sweep('shared', gone.hash, 'deleted');
    const absent = freshHash();
    const hashes = [kept.hash, gone.hash, absent];
    expect(await get().chunks.pin({ domain: 'shared', hashes, until: LATEST })).toEqual(new Set([kept.hash]));
    expect(await get().chunks.locate('shared', [gone.hash, absent])).toEqual(new Map());
  });
}

function describeMoves(get: () => ChunkSubject): void {
  const from = 'packs/shared/old';
  const inPack = () => newChunk({ objectKey: from, offset: 4096 });
  const inNewPack = ({ hash, size }: NewChunk, given: Partial<NewChunk> = {}) => ({
    ...newChunk({ hash, size, objectKey: 'packs/shared/new', offset: 100, versionId: 'v2' }),
    ...given,
  });

  test('a chunk is moved with its whole place, and keeps its pin, its state and its holders', async () => {
    const [live, condemned] = [inPack(), inPack()];
    const accountId = await store(get(), [live, condemned]);
    await get().sweep('shared', condemned.hash, 'condemned');
    const { versionId: _version, ...unversioned } = inNewPack(condemned, { offset: 7 });
    const chunks = [inNewPack(live), unversioned];
    for (let repeat = 0; repeat < 2; repeat++) await get().chunks.move({ domain: 'shared', from, chunks });
    const hashes = [live.hash, condemned.hash];
    expect(await get().chunks.lookup({ domain: 'shared', accountId, hashes })).toEqual(
      new Map([
        [live.hash, { held: true, record: { ...inNewPack(live), state: 'live', pinnedUntil: LATER } }],
        [condemned.hash, { held: true, record: { ...unversioned, state: 'condemned', pinnedUntil: LATER } }],
      ]),
    );
  });

  test('a chunk is moved with its form: one that is compressed there was not, or was, before', async () => {
    const stored = { size: 40, encoding: 'zstd' } as const;
    const [opened, closed] = [{ ...inPack(), stored }, inPack()];
    await store(get(), [opened, closed]);
    const { versionId: _version, ...unversioned } = inNewPack(opened);
    const chunks = [unversioned, { ...inNewPack(closed), stored }];
    await get().chunks.move({ domain: 'shared', from, chunks });
    for (const chunk of chunks) {
      expect(await locateOne(get(), chunk.hash)).toEqual({ ...chunk, state: 'live', pinnedUntil: LATER });
    }
    expect(await locateOne(get(), opened.hash)).not.toHaveProperty('stored');
  });

  test('a chunk that lies elsewhere, in another domain or nowhere stays as it is', async () => {
    const [elsewhere, foreign, gone, absent] = [newChunk(), inPack(), inPack(), inPack()];
    const domain = freshAccount();
    await store(get(), [elsewhere, gone]);
    await store(get(), [foreign], { domain });
    await get().sweep('shared', gone.hash, 'deleted');
    const chunks = [elsewhere, foreign, gone, absent].map((chunk) => inNewPack(chunk));
    await get().chunks.move({ domain: 'shared', from, chunks });
    expect(await locateOne(get(), elsewhere.hash)).toMatchObject(elsewhere);
    expect(await locateOne(get(), foreign.hash, domain)).toMatchObject(foreign);
    for (const { hash } of [foreign, gone, absent]) expect(await locateOne(get(), hash)).toBeUndefined();
  });
}

/** Condemned records of an earlier time, to which a table was set back. */
function describeDoubts(get: () => ChunkSubject): void {
  const condemned = async (given: Partial<NewChunk> = {}) => {
    const chunk = newChunk(given);
    const accountId = await store(get(), [chunk]);
    await get().sweep('shared', chunk.hash, 'condemned');
    return { chunk, accountId };
  };
  const pin = (hash: ChunkHash) => get().chunks.pin({ domain: 'shared', hashes: [hash], until: LATEST });

  test.each(['own object', 'pack'])(
    'a condemned chunk whose %s is gone is not pinned, and not stored any more',
    async (place) => {
      const given = place === 'pack' ? { objectKey: `packs/shared/${freshHash()}`, offset: 7 } : {};
      const { chunk, accountId } = await condemned(given);
      get().objects.gone.add(chunk.objectKey);
      expect(await pin(chunk.hash)).toEqual(new Set());
      const query = { domain: 'shared', accountId, hashes: [chunk.hash] };
      expect((await get().chunks.lookup(query)).get(chunk.hash)).toEqual({ held: true });
      get().objects.gone.delete(chunk.objectKey);
      expect(await pin(chunk.hash)).toEqual(new Set());
      const again = { ...newChunk({ hash: chunk.hash }), versionId: 'v2' };
      await store(get(), [again]);
      expect(await locateOne(get(), chunk.hash)).toMatchObject({ ...again, state: 'live' });
    },
  );

  test('a condemned chunk whose object is gone lies in the one in which it is stored again', async () => {
    const { chunk } = await condemned();
    get().objects.gone.add(chunk.objectKey);
    const packed = { ...chunk, objectKey: `packs/shared/${freshHash()}`, offset: 5, versionId: 'p1' };
    await store(get(), [packed]);
    expect(await locateOne(get(), chunk.hash)).toEqual({ ...packed, state: 'live', pinnedUntil: LATER });
  });

  test('a condemned chunk whose object was stored again since lives in its present version', async () => {
    const { chunk } = await condemned();
    get().objects.versions.set(chunk.objectKey, 'v7');
    expect(await pin(chunk.hash)).toEqual(new Set([chunk.hash]));
    expect(await locateOne(get(), chunk.hash)).toMatchObject({ state: 'live', versionId: 'v7', pinnedUntil: LATEST });
  });

  test('an object is asked for where a condemned chunk is to live again, and nowhere else', async () => {
    const [live, gone] = [newChunk(), newChunk()];
    await store(get(), [live, gone]);
    await get().sweep('shared', gone.hash, 'deleted');
    const { chunk } = await condemned();
    const { heads } = get().objects;
    for (const { hash } of [live, gone]) await pin(hash);
    await store(get(), [live, gone]);
    expect(get().objects.heads).toBe(heads);
    for (let repeat = 0; repeat < 2; repeat++) await pin(chunk.hash);
    expect(get().objects.heads).toBe(heads + 1);
  });
}
