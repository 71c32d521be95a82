import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { AccountId, ChunkHash, epochMs, NamespaceId } from '@syncline/protocol';
import type { ChunkIndex, NewChunk } from '../../lambdas/chunks/chunk-index.ts';
import type { SweptChunk } from '../../lambdas/chunks/swept-chunk.ts';
import type { StoredNode } from '../../lambdas/namespaces/namespace-store.ts';
import type { PackIndex } from '../../lambdas/packs/pack-index.ts';
import type { NodeName } from '../../lambdas/references/reference-store.ts';
import type { SweepIndex } from '../../lambdas/sweep/sweep-index.ts';
import { fileNode, freshId, type NamespaceSubject, openHome, putFiles } from './namespace-fixture.ts';

export interface SweepSubject {
  readonly index: SweepIndex;
  readonly chunks: ChunkIndex;
  readonly packs: PackIndex;
  readonly accounts: NamespaceSubject['accounts'];
  readonly namespaces: NamespaceSubject['namespaces'];
}

const NOW = epochMs(Date.UTC(2026, 0, 1));
const PINNED = epochMs(NOW + 1000);

function freshHash(): ChunkHash {
  return ChunkHash.parse(createHash('sha256').update(randomBytes(16)).digest('hex'));
}

function newChunk(given: Partial<NewChunk> = {}): NewChunk {
  const hash = given.hash ?? freshHash();
  return { hash, size: 100, objectKey: `chunks/shared/${hash}`, offset: 0, versionId: 'v1', ...given };
}

/** What every SweepIndex must do, beside the indexes whose records it changes. */
export function describeSweepIndex(make: () => Promise<SweepSubject>): void {
  let subject: SweepSubject;
  beforeAll(async () => {
    subject = await make();
  });
  const get = () => subject;
  describeListing(get);
  describeChanges(get);
  describeBans(get);
}

async function store({ chunks }: SweepSubject, chunk: NewChunk, domain = 'shared'): Promise<ReadonlySet<ChunkHash>> {
  const accountId = AccountId.parse(freshId());
  return chunks.recordStored({ domain, accountId, chunks: [chunk], pinnedUntil: PINNED, now: NOW });
}

async function stored(subject: SweepSubject, chunk = newChunk(), domain = 'shared'): Promise<SweptChunk> {
  expect(await store(subject, chunk, domain)).toEqual(new Set([chunk.hash]));
  const found = await subject.index.get(domain, chunk.hash);
  expect(found).toEqual({ ...chunk, domain, state: 'live', pinnedUntil: PINNED });
  return found as SweptChunk;
}

function byNamespace(left: Pick<NodeName, 'namespaceId'>, right: Pick<NodeName, 'namespaceId'>): number {
  return left.namespaceId < right.namespaceId ? -1 : 1;
}

async function listAll({ index }: SweepSubject, limit: number) {
  const chunks: SweptChunk[] = [];
  const packs: string[] = [];
  let after: string | undefined;
  do {
    const page = await index.list({ limit, ...(after === undefined ? {} : { after }) });
    chunks.push(...page.chunks);
    packs.push(...page.packs.map(({ domain, hash }) => `${domain}/${hash}`));
    after = page.next;
  } while (after !== undefined);
  return { chunks, packs };
}

function describeListing(get: () => SweepSubject): void {
  test('segments together tell every chunk, also deleted ones, and every pack whose object may be there, once', async () => {
    const domain = freshId();
    const made = [await stored(get()), await stored(get(), newChunk(), domain), await stored(get())];
    const gone = made[2] as SweptChunk;
    expect(await get().index.change(gone, { state: 'deleted', removal: 'marked', removedVersionId: 'v1' })).toBe(true);
    const pack = { domain: 'shared', hash: freshHash(), members: [{ hash: freshHash(), size: 1 }], versionId: 'p1' };
    await get().packs.record({ ...pack, now: NOW });
    const { chunks, packs } = await listAll(get(), 3);
    const hashes = new Set(made.map(({ hash }) => hash));
    const found = chunks.filter(({ hash }) => hashes.has(hash));
    expect(found.toSorted((a, b) => (a.hash < b.hash ? -1 : 1))).toEqual(
      [made[0], made[1], { ...gone, state: 'deleted', removal: 'marked', removedVersionId: 'v1' }].toSorted((a, b) =>
        (a?.hash ?? '') < (b?.hash ?? '') ? -1 : 1,
      ),
    );
    expect(packs).toContain(`shared/${pack.hash}`);
    await get().packs.condemn({ ...pack, restedSince: NOW, sweepAt: NOW });
    await get().packs.markDeleted({ ...pack, condemnedBefore: NOW });
    expect((await listAll(get(), 50)).packs).toContain(`shared/${pack.hash}`);
    await get().index.endPack({ ...pack, versionId: 'another' });
    expect((await listAll(get(), 50)).packs).toContain(`shared/${pack.hash}`);
    await get().index.endPack(pack);
    expect((await listAll(get(), 50)).packs).not.toContain(`shared/${pack.hash}`);
    expect(await get().packs.record({ ...pack, versionId: 'p2', now: NOW })).toBe(true);
    expect((await listAll(get(), 50)).packs).toContain(`shared/${pack.hash}`);
    expect(await get().packs.get(pack)).toEqual({ ...pack, versionId: 'p2', state: 'live', recordedAt: NOW });
  });

  test('segments of heads tell every namespace with its epoch and its sequence', async () => {
    const homes = [await openHome(get()), await openHome(get())];
    const heads: unknown[] = [];
    let after: string | undefined;
    do {
      const page = await get().index.listHeads({ limit: 1, ...(after === undefined ? {} : { after }) });
      heads.push(...page.heads);
      after = page.next;
    } while (after !== undefined);
    for (const { namespaceId } of homes) {
      expect(heads).toContainEqual({ namespaceId, epoch: 1, seq: 0 });
      expect(await get().index.getHead(namespaceId)).toEqual({ epoch: 1, seq: 0 });
    }
    expect(await get().index.getHead(NamespaceId.parse(freshId()))).toBeUndefined();
  });

  test('segments of files tell every file that has a content, by where its rows lie, and only those', async () => {
    const homes = [await openHome(get()), await openHome(get())];
    const made = homes.map((home) => fileNode(home, { name: 'a' }));
    for (const [index, home] of homes.entries()) {
      const folder = { ...fileNode(home, { name: 'b' }), kind: 'folder' as const };
      const file = made[index] as StoredNode;
      expect((await get().namespaces.commit(putFiles(home, 0, [file]))).kind).toBe('committed');
      const { entries, nodes, places, ...rest } = putFiles(home, 1, [folder]);
      await get().namespaces.commit({ ...rest, entries, nodes, places, revisions: [] });
    }
    const files: NodeName[] = [];
    let after: string | undefined;
    do {
      const page = await get().index.listFiles({ limit: 3, ...(after === undefined ? {} : { after }) });
      files.push(...page.files);
      after = page.next;
    } while (after !== undefined);
    const own = files.filter(({ namespaceId }) => homes.some((home) => home.namespaceId === namespaceId));
    const names = homes.map(({ namespaceId }, index) => ({ namespaceId, nodeId: made[index]?.nodeId }));
    expect(own.toSorted(byNamespace)).toEqual(names.toSorted(byNamespace));
  });

  test('a rebuild is kept whole, until it is done', async () => {
    const target = {
      namespaceId: NamespaceId.parse(freshId()),
      epoch: 1,
      seq: 2,
      groundId: NamespaceId.parse(freshId()),
    };
    expect(await get().index.readRebuild()).toBeUndefined();
    for (const rebuild of [{ targets: [target] }, { targets: [target], after: 'x' }]) {
      await get().index.writeRebuild(rebuild);
      expect(await get().index.readRebuild()).toEqual(rebuild);
    }
    await get().index.writeRebuild(undefined);
    expect(await get().index.readRebuild()).toBeUndefined();
  });

  test('its progress is kept whole', async () => {
    const progress = {
      wallAt: NOW,
      sweepAt: 12,
      phase: 'packs',
      after: 'x',
      begunAt: 3,
      strayPacks: ['p'],
      foundPacks: ['q', 'r'],
    } as const;
    await get().index.writeProgress(progress);
    expect(await get().index.readProgress()).toEqual(progress);
    const { after: _after, ...rest } = progress;
    await get().index.writeProgress(rest);
    expect(await get().index.readProgress()).toEqual(rest);
  });
}

function describeChanges(get: () => SweepSubject): void {
  test('a chunk that is marked for removal still lies in its object, and is moved; one whose removal is final is not', async () => {
    const { index, chunks } = get();
    const from = `packs/shared/${freshHash()}`;
    const [marked, final] = [
      await stored(get(), newChunk({ objectKey: from })),
      await stored(get(), newChunk({ objectKey: from })),
    ];
    const hashes = [marked.hash, final.hash, freshHash()];
    const keys = async () =>
      [...(await chunks.locateRevivable('shared', hashes))].map(([hash, { objectKey }]) => [hash, objectKey]);
    expect(await keys()).toEqual([marked, final].map(({ hash }) => [hash, from]));
    for (const chunk of [marked, final])
      expect(await index.change(chunk, { state: 'deleted', removal: 'marked' })).toBe(true);
    expect(await keys()).toEqual([marked, final].map(({ hash }) => [hash, from]));
    expect((await chunks.locate('shared', hashes)).size).toBe(0);
    const seen = await index.get('shared', final.hash);
    expect(await index.change(seen as SweptChunk, { state: 'deleted', removal: 'final' })).toBe(true);
    expect(await keys()).toEqual([[marked.hash, from]]);
    const to = `packs/shared/${freshHash()}`;
    const moved = [marked, final].map(({ hash }) => newChunk({ hash, objectKey: to, offset: 7 }));
    await chunks.move({ domain: 'shared', from, chunks: moved });
    expect(await index.get('shared', marked.hash)).toMatchObject({ objectKey: to, offset: 7, removal: 'marked' });
    expect(await index.get('shared', final.hash)).toMatchObject({ objectKey: from, removal: 'final' });
  });

  test('a record goes step by step, each only from the one before, and its notes with it', async () => {
    const live = await stored(get());
    const { hash } = live;
    const steps = [
      { state: 'live', unusedSince: 5 },
      { state: 'condemned', condemnedAt: 7 },
      { state: 'deleted', removal: 'marked', removedVersionId: 'v1' },
      { state: 'deleted', removal: 'final' },
      { state: 'deleted', removal: 'done' },
    ] as const;
    let seen = live;
    for (const change of steps) {
      expect(await get().index.change(seen, change)).toBe(true);
      if (change.state !== 'live') expect(await get().index.change(seen, { state: 'live' })).toBe(false);
      const { unusedSince: _unused, condemnedAt: _condemned, removal: _removal, ...rest } = seen;
      seen = { ...rest, ...change };
      expect(await get().index.get('shared', hash)).toEqual(seen);
    }
    expect(await get().chunks.locate('shared', [hash])).toEqual(new Map());
  });

  test('a pin, a place elsewhere and another sweep overtake a change, and a pin takes all notes away', async () => {
    const pinned = await stored(get());
    expect(await get().index.change(pinned, { state: 'condemned', condemnedAt: 7 })).toBe(true);
    const seen = { ...pinned, state: 'condemned', condemnedAt: 7 } as const;
    await get().chunks.pin({ domain: 'shared', hashes: [pinned.hash], until: epochMs(0) });
    expect(await get().index.get('shared', pinned.hash)).toEqual(pinned);
    expect(await get().index.change(seen, { state: 'deleted', removal: 'marked' })).toBe(false);
    await get().chunks.pin({ domain: 'shared', hashes: [pinned.hash], until: epochMs(PINNED + 1) });
    expect(await get().index.change(pinned, { state: 'live', unusedSince: 1 })).toBe(false);

    const from = 'packs/shared/old';
    const moved = await stored(get(), newChunk({ objectKey: from, offset: 7 }));
    const { hash, size } = moved;
    const place = { hash, size, objectKey: 'packs/shared/new', offset: 9, versionId: 'v2' };
    await get().chunks.move({ domain: 'shared', from, chunks: [place] });
    expect(await get().index.change(moved, { state: 'live', unusedSince: 1 })).toBe(false);
    expect(await get().index.get('shared', freshHash())).toBeUndefined();
  });
}

function describeBans(get: () => SweepSubject): void {
  test('nothing is recorded in an object that was removed or is going, but in the next and in a pack it is', async () => {
    const chunk = newChunk();
    const { hash } = chunk;
    const seen = await stored(get(), chunk);
    await get().index.change(seen, { state: 'deleted', removal: 'marked', removedVersionId: 'v1' });
    expect(await store(get(), chunk)).toEqual(new Set());
    expect(await get().chunks.locate('shared', [hash])).toEqual(new Map());
    const packed = { ...chunk, objectKey: 'packs/shared/p', offset: 3, versionId: 'v1' };
    expect(await store(get(), packed)).toEqual(new Set([hash]));
    const again = await get().index.get('shared', hash);
    expect(again).toMatchObject({ ...packed, state: 'live' });
    // What was removed is remembered through other places.
    await get().index.change(again as SweptChunk, { state: 'deleted', removal: 'done' });
    expect(await store(get(), chunk)).toEqual(new Set());
    expect(await store(get(), { ...chunk, versionId: 'v2' })).toEqual(new Set([hash]));
  });

  test('an object without a record, and one beside the place of its record, are banned, and only as they were seen', async () => {
    const [stray, beside] = [newChunk(), newChunk()];
    const object = { domain: 'shared', hash: stray.hash, objectKey: stray.objectKey, versionId: 'v1' };
    expect(await get().index.banObject(object, undefined)).toBe(true);
    expect(await get().index.banObject(object, undefined)).toBe(false);
    expect(await store(get(), stray)).toEqual(new Set());
    expect(await store(get(), { ...stray, versionId: 'v2' })).toEqual(new Set([stray.hash]));

    const packed = await stored(get(), { ...beside, objectKey: 'packs/shared/q', versionId: 'q1' });
    const besideObject = { domain: 'shared', hash: beside.hash, objectKey: beside.objectKey, versionId: 'v1' };
    expect(await get().index.banObject(besideObject, { ...packed, pinnedUntil: NOW })).toBe(false);
    expect(await get().index.banObject(besideObject, packed)).toBe(true);
    const banned = { ...packed, removedVersionId: 'v1' };
    expect(await get().index.get('shared', beside.hash)).toEqual(banned);
    await get().index.change(banned, { state: 'deleted', removal: 'done' });
    expect(await store(get(), beside)).toEqual(new Set());
  });

  test('a pack that nobody has recorded is banned as this version of its object, and one that is recorded is not', async () => {
    const pack = { domain: 'shared', hash: freshHash(), versionId: 'p1' };
    expect(await get().index.banPack({ ...pack, now: NOW })).toBe(true);
    const members = [{ hash: freshHash(), size: 1 }];
    expect(await get().packs.record({ ...pack, members, now: NOW })).toBe(false);
    expect(await get().packs.record({ ...pack, versionId: 'p2', members, now: NOW })).toBe(true);
    expect(await get().index.banPack({ ...pack, versionId: 'p2', now: NOW })).toBe(false);
  });
}
