import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ChunkHash, type ChunkRef, ContentHash, packManifest } from '@syncline/protocol';
import * as fc from 'fast-check';
import { SqliteKnownManifests } from '../../client/src/platform/node/sqlite-known-manifests.ts';
import { FOUND_PLACES_MAX, type KnownManifests } from '../../client/src/transfers/known-manifests.ts';
import { MemoryKnownManifests } from '../support/memory-known-manifests.ts';
import { propertyCases } from '../support/property-runs.ts';

const directory = mkdtempSync(join(tmpdir(), 'syncline-manifests-'));
afterAll(() => rmSync(directory, { recursive: true }));

let made = 0;
function newFile(): string {
  made += 1;
  return join(directory, `${made}.sqlite`);
}

const makers: readonly (readonly [string, () => KnownManifests & { close?: () => void }])[] = [
  ['in memory', () => new MemoryKnownManifests()],
  ['in SQLite', () => new SqliteKnownManifests(newFile())],
];

function chunk(number: number): ChunkRef {
  return { hash: ChunkHash.parse(createHash('sha256').update(`${number}`).digest('hex')), size: 10 + number };
}

function contentOf(numbers: readonly number[]) {
  const chunks = numbers.map(chunk);
  const contentHash = ContentHash.parse(createHash('sha256').update(packManifest(chunks)).digest('hex'));
  return { contentHash, chunks };
}

describe.each(makers)('known manifests %s', (_, make) => {
  test('a chunk is found at each of its places, those of the newest content first', () => {
    const known = make();
    const [older, newer] = [contentOf([1, 2, 3]), contentOf([4, 2, 2])];
    known.note(older);
    known.note(newer);
    expect(known.find(chunk(2))).toEqual([
      { contentHash: newer.contentHash, start: 14 },
      { contentHash: newer.contentHash, start: 26 },
      { contentHash: older.contentHash, start: 11 },
    ]);
    expect(known.find(chunk(9))).toEqual([]);
    known.close?.();
  });

  test('a content of one chunk is not kept, and one that is known is not kept twice', () => {
    const known = make();
    known.note(contentOf([1]));
    known.note(contentOf([2, 3]));
    known.note(contentOf([2, 3]));
    expect(known.find(chunk(1))).toEqual([]);
    expect(known.find(chunk(3))).toHaveLength(1);
    known.close?.();
  });

  test('of a chunk that stands in many places a few are found', () => {
    const known = make();
    known.note(contentOf(Array<number>(100).fill(7)));
    expect(known.find(chunk(7))).toHaveLength(FOUND_PLACES_MAX);
    known.close?.();
  });

  test('whatever was noted, a place that is found is one where the chunk stands', () => {
    const manifests = fc.array(fc.array(fc.nat(6), { maxLength: 6 }), { maxLength: 12 });
    fc.assert(
      fc.property(manifests, (contents) => {
        const known = make();
        for (const numbers of contents) known.note(contentOf(numbers));
        const starts = new Map(
          contents.map((numbers) => {
            const { contentHash, chunks } = contentOf(numbers);
            let start = 0;
            return [contentHash, new Map(chunks.map((ref) => [(start += ref.size) - ref.size, ref.hash]))] as const;
          }),
        );
        for (let number = 0; number <= 6; number++) {
          const stands = contents.some((numbers) => numbers.length > 1 && numbers.includes(number));
          const found = known.find(chunk(number));
          expect(found.length > 0).toBe(stands);
          for (const { contentHash, start } of found) {
            expect(starts.get(contentHash)?.get(start)).toBe(chunk(number).hash);
          }
        }
        known.close?.();
      }),
      { numRuns: propertyCases(40) },
    );
  });
});

describe('in SQLite', () => {
  test('what was noted outlives the process', () => {
    const file = newFile();
    const before = new SqliteKnownManifests(file);
    before.note(contentOf([1, 2]));
    before.close();
    const after = new SqliteKnownManifests(file);
    expect(after.find(chunk(2))).toEqual([{ contentHash: contentOf([1, 2]).contentHash, start: 11 }]);
    after.close();
  });

  test('when there is too much of it the oldest is forgotten, and the newest stays', () => {
    const known = new SqliteKnownManifests(newFile(), { chunksMax: 20 });
    for (let number = 0; number < 30; number++) known.note(contentOf([number, number + 1000]));
    expect(known.find(chunk(0))).toEqual([]);
    expect(known.find(chunk(29))).toHaveLength(1);
    const kept = Array.from({ length: 30 }, (_, number) => known.find(chunk(number)).length);
    expect(kept.filter((count) => count > 0).length).toBeLessThanOrEqual(10);
    expect(kept.filter((count) => count > 0).length).toBeGreaterThanOrEqual(5);
    known.close();
  });

  test('a damaged file is made anew, and one that cannot be made costs only what it would have saved', () => {
    const damaged = newFile();
    writeFileSync(damaged, 'this is no database, and it is long enough to be looked at as one'.repeat(100));
    const renewed = new SqliteKnownManifests(damaged);
    renewed.note(contentOf([1, 2]));
    expect(renewed.find(chunk(1))).toHaveLength(1);
    renewed.close();
    const nowhere = new SqliteKnownManifests(join(directory, 'no such folder', 'x.sqlite'));
    nowhere.note(contentOf([1, 2]));
    expect(nowhere.find(chunk(1))).toEqual([]);
    nowhere.close();
  });

  test('a chunk takes a few tens of bytes', () => {
    const file = newFile();
    const known = new SqliteKnownManifests(file);
    for (let content = 0; content < 20; content++) {
      known.note(contentOf(Array.from({ length: 1000 }, (_, index) => content * 1000 + index)));
    }
    known.close();
    expect(statSync(file).size / 20_000).toBeLessThan(60);
  });
});
