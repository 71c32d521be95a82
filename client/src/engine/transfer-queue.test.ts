import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LARGE_FILE_BYTES, NEIGHBOUR_FILES, OLDEST_TURN, SMALL_FILE_BYTES } from './limits.ts';
import { TransferPace } from './transfer-pace.ts';
import { TransferQueue, type WaitingFile } from './transfer-queue.ts';

const aFile = fc.record({
  bytes: fc.constantFrom(10, SMALL_FILE_BYTES + 1, LARGE_FILE_BYTES + 1),
  changedAt: fc.nat(50),
});
const asFiles = (files: readonly Omit<WaitingFile<number>, 'item'>[]) => files.map((file, item) => ({ ...file, item }));

test('small files come before larger ones, and of one size those first that were changed last', () => {
  fc.assert(
    fc.property(fc.array(aFile), (drawn) => {
      const files = asFiles(drawn);
      const queue = new TransferQueue(files);
      const taken = files.map(() => queue.take('first'));
      const order = taken.map((item) => files[item ?? -1]);
      for (const [index, file] of order.entries()) {
        const before = order[index - 1];
        if (before === undefined || file === undefined) continue;
        expect(before.bytes).toBeLessThanOrEqual(file.bytes);
        if (before.bytes === file.bytes) expect(before.changedAt).toBeGreaterThanOrEqual(file.changedAt);
      }
      expect(queue.take('first')).toBeUndefined();
      expect(new Set(taken).size).toBe(files.length);
    }),
  );
});

test('however the turns fall, every file is taken once, and the rest is what was not taken', () => {
  fc.assert(
    fc.property(fc.array(aFile), fc.array(fc.constantFrom('first', 'oldest')), (drawn, takes) => {
      const files = asFiles(drawn);
      const queue = new TransferQueue(files);
      const taken = takes.flatMap((turn) => queue.take(turn) ?? []);
      expect(new Set(taken).size).toBe(taken.length);
      expect([...taken, ...queue.rest].toSorted((a, b) => a - b)).toEqual(files.map(({ item }) => item));
    }),
  );
});

test('a file that has waited longest is taken in its turn, however many small ones come after it', () => {
  const pace = new TransferPace();
  let files: readonly WaitingFile<string>[] = [{ item: 'large', bytes: LARGE_FILE_BYTES + 1, changedAt: 0 }];
  const taken: string[] = [];
  for (let round = 1; round <= OLDEST_TURN; round++) {
    const more = ['a', 'b'].map((name) => ({ item: `${name}${round}`, bytes: 1, changedAt: round }));
    files = files.concat(more);
    const queue = new TransferQueue(files);
    taken.push(queue.take(pace.isOldestTurn() ? 'oldest' : 'first') ?? '');
    files = files.filter(({ item }) => queue.rest.includes(item));
  }
  expect(taken.slice(0, -1)).not.toContain('large');
  expect(taken.at(-1)).toBe('large');
});

test('of files that would be taken one after the other those of one folder stand together, from both ends', () => {
  const folders = ['a', 'b', 'c'];
  const files = Array.from({ length: 3 * NEIGHBOUR_FILES }, (_none, item) => ({
    item,
    bytes: item % 7 === 0 ? SMALL_FILE_BYTES + 1 : 1,
    changedAt: item,
    folder: folders[item % folders.length] ?? '',
  }));
  const small = files.filter(({ bytes }) => bytes === 1);
  for (const turn of ['first', 'oldest'] as const) {
    const queue = new TransferQueue(files);
    const taken = files.map(() => files[queue.take(turn) ?? -1]);
    const parts = [taken.slice(0, NEIGHBOUR_FILES), taken.slice(NEIGHBOUR_FILES, 2 * NEIGHBOUR_FILES)];
    for (const part of parts) {
      const changes = part.filter((file, index) => file?.folder !== part[index - 1]?.folder);
      expect(changes.map((file) => file?.folder)).toEqual(folders);
    }
    const times = parts.map((part) => Math.max(...part.map((file) => file?.changedAt ?? 0)));
    expect((times[0] ?? 0) > (times[1] ?? 0)).toBe(turn === 'first');
    if (turn === 'first') expect(taken.slice(0, small.length).every((file) => file?.bytes === 1)).toBe(true);
  }
});
