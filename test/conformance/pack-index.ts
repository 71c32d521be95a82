import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { ChunkHash, epochMs, PACK_MEMBERS_MAX } from '@syncline/protocol';
import type { NewPack, PackIndex } from '../../lambdas/packs/pack-index.ts';
import { freshId } from './namespace-fixture.ts';

const NOW = epochMs(Date.UTC(2026, 0, 1));
const LATER = epochMs(NOW + 1000);
const LATEST = epochMs(NOW + 2000);

function freshHash(): ChunkHash {
  return ChunkHash.parse(createHash('sha256').update(randomBytes(16)).digest('hex'));
}

function newPack(given: Partial<NewPack> & { readonly count?: number } = {}): NewPack {
  const { count = 3, ...rest } = given;
  const members = Array.from({ length: count }, (_, index) => ({ hash: freshHash(), size: 1 + index * 500 }));
  return { domain: 'shared', hash: freshHash(), members, versionId: 'v1', ...rest };
}

/** What every PackIndex must do. */
export function describePackIndex(make: () => Promise<PackIndex>): void {
  let packs: PackIndex;
  beforeAll(async () => {
    packs = await make();
  });

  const condemned = async (pack: NewPack) => {
    expect(await packs.record({ ...pack, now: NOW })).toBe(true);
    expect(await packs.condemn({ ...pack, restedSince: NOW, sweepAt: LATER })).toBe(true);
  };
  const deleted = async (pack: NewPack) => {
    await condemned(pack);
    expect(await packs.markDeleted({ ...pack, condemnedBefore: LATER })).toBe(true);
  };

  test('a recorded pack is found with its members in their order, in its domain alone', async () => {
    const [plain, full] = [newPack(), newPack({ count: PACK_MEMBERS_MAX, domain: freshId() })];
    const { versionId: _version, ...unversioned } = newPack();
    for (const pack of [plain, full, unversioned]) expect(await packs.record({ ...pack, now: NOW })).toBe(true);
    for (const pack of [plain, full, unversioned]) {
      expect(await packs.get(pack)).toEqual({ ...pack, state: 'live', recordedAt: NOW });
    }
    expect(await packs.get({ ...full, domain: 'shared' })).toBeUndefined();
    expect(await packs.get(newPack())).toBeUndefined();
  });

  test('a pack is found with the form of each of its members', async () => {
    const [one, two, three] = newPack().members;
    if (one === undefined || two === undefined || three === undefined) throw new Error('three members');
    const framed = { ...two, stored: { size: two.size - 1, encoding: 'zstd' } } as const;
    for (const members of [[one, framed, three], [framed]]) {
      const pack = newPack({ members });
      expect(await packs.record({ ...pack, now: NOW })).toBe(true);
      expect(await packs.get(pack)).toEqual({ ...pack, state: 'live', recordedAt: NOW });
    }
  });

  test('a pack keeps the members that it was recorded with until it is deleted', async () => {
    const pack = newPack();
    const [one, two, three] = pack.members;
    if (one === undefined || two === undefined || three === undefined) throw new Error('three members');
    const framed = { ...two, stored: { size: 1, encoding: 'zstd' } } as const;
    const others = [[one, two], [one, three, two], [one, framed, three], newPack().members];
    const expectKept = async () => {
      for (const members of others) {
        expect(await packs.record({ ...pack, members, now: LATEST })).toBe(false);
        expect(await packs.record({ ...pack, members, versionId: 'v2', now: LATEST })).toBe(false);
      }
      expect(await packs.get(pack)).toMatchObject({ members: pack.members, recordedAt: NOW });
    };
    await packs.record({ ...pack, now: NOW });
    await expectKept();
    await packs.condemn({ ...pack, restedSince: NOW, sweepAt: LATER });
    await expectKept();
    expect(await packs.get(pack)).toMatchObject({ state: 'condemned' });
    await packs.markDeleted({ ...pack, condemnedBefore: LATER });
    const again = { ...pack, members: [one, framed, three], versionId: 'v2' };
    expect(await packs.record({ ...again, now: LATEST })).toBe(true);
    expect(await packs.get(pack)).toEqual({ ...again, state: 'live', recordedAt: LATEST });
    expect(await packs.record({ ...pack, versionId: 'v2', now: LATEST })).toBe(false);
  });

  test('recording it again begins its time of rest anew', async () => {
    const pack = newPack();
    await packs.record({ ...pack, now: NOW });
    expect(await packs.record({ ...pack, now: LATER })).toBe(true);
    expect(await packs.get(pack)).toEqual({ ...pack, state: 'live', recordedAt: LATER });
    expect(await packs.condemn({ ...pack, restedSince: NOW, sweepAt: LATEST })).toBe(false);
    expect(await packs.condemn({ ...pack, restedSince: LATER, sweepAt: LATEST })).toBe(true);
    expect(await packs.get(pack)).toEqual({ ...pack, state: 'condemned', recordedAt: LATER, condemnedAt: LATEST });
  });

  test('only a live pack is condemned, and what nobody recorded is not made by it', async () => {
    const [pack, absent] = [newPack(), newPack()];
    await condemned(pack);
    expect(await packs.condemn({ ...pack, restedSince: LATER, sweepAt: LATEST })).toBe(false);
    expect((await packs.get(pack))?.condemnedAt).toBe(LATER);
    expect(await packs.condemn({ ...absent, restedSince: LATER, sweepAt: LATEST })).toBe(false);
    expect(await packs.get(absent)).toBeUndefined();
  });

  test('only a pack that was condemned early enough is deleted', async () => {
    const [pack, live, absent] = [newPack(), newPack(), newPack()];
    await condemned(pack);
    await packs.record({ ...live, now: NOW });
    expect(await packs.markDeleted({ ...live, condemnedBefore: LATEST })).toBe(false);
    expect(await packs.markDeleted({ ...absent, condemnedBefore: LATEST })).toBe(false);
    expect(await packs.markDeleted({ ...pack, condemnedBefore: NOW })).toBe(false);
    expect(await packs.markDeleted({ ...pack, condemnedBefore: LATER })).toBe(true);
    expect(await packs.get(pack)).toMatchObject({ state: 'deleted', versionId: 'v1', members: pack.members });
    expect(await packs.markDeleted({ ...pack, condemnedBefore: LATEST })).toBe(false);
    expect(await packs.get(absent)).toBeUndefined();
  });

  test('a condemned pack that is recorded again lives, and is not deleted', async () => {
    const pack = newPack();
    await condemned(pack);
    expect(await packs.record({ ...pack, now: LATER })).toBe(true);
    expect(await packs.get(pack)).toEqual({ ...pack, state: 'live', recordedAt: LATER });
    expect(await packs.markDeleted({ ...pack, condemnedBefore: LATEST })).toBe(false);
  });

  test('a deleted pack is recorded again only as another object', async () => {
    const pack = newPack();
    const { versionId: _version, ...unversioned } = newPack();
    for (const each of [pack, unversioned]) {
      await deleted(each);
      expect(await packs.record({ ...each, now: LATEST })).toBe(false);
      expect(await packs.get(each)).toMatchObject({ state: 'deleted', recordedAt: NOW });
      const again = { ...each, versionId: 'v2' };
      expect(await packs.record({ ...again, now: LATEST })).toBe(true);
      expect(await packs.get(each)).toEqual({ ...again, state: 'live', recordedAt: LATEST });
    }
    await deleted({ ...pack, hash: freshHash() });
  });

  test('of a condemned pack that is recorded and deleted at the same time, one happens', async () => {
    for (let round = 0; round < 8; round++) {
      const pack = newPack();
      await condemned(pack);
      const [isKept, isDeleted] = await Promise.all([
        packs.record({ ...pack, now: LATEST }),
        packs.markDeleted({ ...pack, condemnedBefore: LATEST }),
      ]);
      expect(isKept).toBe(!isDeleted);
      expect((await packs.get(pack))?.state).toBe(isKept ? 'live' : 'deleted');
    }
  });
}
