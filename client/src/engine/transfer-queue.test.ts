import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  FRESH_FILES,
  LARGE_FILE_BYTES,
  NEIGHBOUR_BYTES,
  NEIGHBOUR_FILES,
  OLDEST_TURN,
  SMALL_FILE_BYTES,
} from './limits.ts';
import { TransferPace } from './transfer-pace.ts';
import { TransferQueue, type WaitingFile } from './transfer-queue.ts';

const aFile = fc.record({
  bytes: fc.constantFrom(10, SMALL_FILE_BYTES + 1, LARGE_FILE_BYTES + 1),
  changedAt: fc.nat(50),
  folder: fc.constantFrom('a', 'b', 'c'),
  name: fc.string({ maxLength: 2 }),
});
type Drawn = Omit<WaitingFile<number>, 'item'>;
const asFiles = (files: readonly Drawn[]) => files.map((file, item) => ({ ...file, item }));

/** Whose turn it is never, and always, that of the file that has waited longest. */
const newest = { isOldestTurn: () => false };
const oldest = { isOldestTurn: () => true };

/** All files of a queue in the order in which they are taken. */
function takeAll<T>(files: readonly WaitingFile<T>[], pace = newest): readonly WaitingFile<T>[] {
  const queue = new TransferQueue(files);
  const byItem = new Map(files.map((file) => [file.item, file]));
  const taken = files.flatMap(() => byItem.get(queue.take(pace) as T) ?? []);
  expect(queue.take(pace)).toBeUndefined();
  expect(new Set(taken).size).toBe(files.length);
  return taken;
}

/** Many files of some folders, written across them, with times that say nothing of their places. */
function manyFiles(count: number): readonly WaitingFile<number>[] {
  return Array.from({ length: count }, (_none, item) => ({
    item,
    bytes: item % 7 === 0 ? SMALL_FILE_BYTES + 1 : 1,
    changedAt: (item * 7919) % count,
    folder: `folder ${item % 3}`,
    name: `${item}`.padStart(6, '0'),
  }));
}

test('small files come before larger ones, and of a few of one size those first that were changed last', () => {
  fc.assert(
    fc.property(fc.array(aFile, { maxLength: FRESH_FILES }), (drawn) => {
      const order = takeAll(asFiles(drawn));
      for (const [index, file] of order.entries()) {
        const before = order[index - 1];
        if (before === undefined) continue;
        expect(before.bytes).toBeLessThanOrEqual(file.bytes);
        if (before.bytes === file.bytes) expect(before.changedAt).toBeGreaterThanOrEqual(file.changedAt);
      }
    }),
  );
});

test('however the turns fall, every file is taken once, and the rest is what was not taken', () => {
  const drawnFiles = fc.array(aFile, { maxLength: 3 * FRESH_FILES });
  fc.assert(
    fc.property(drawnFiles, fc.array(fc.boolean(), { maxLength: 2 * FRESH_FILES }), (drawn, turns) => {
      const files = asFiles(drawn);
      const queue = new TransferQueue(files);
      const taken = turns.flatMap((isOldest) => queue.take(isOldest ? oldest : newest) ?? []);
      expect(new Set(taken).size).toBe(taken.length);
      expect([...taken, ...queue.rest].toSorted((a, b) => a - b)).toEqual(files.map(({ item }) => item));
    }),
  );
});

test('what is looked at is what is taken next', () => {
  fc.assert(
    fc.property(fc.array(aFile, { maxLength: 2 * FRESH_FILES }), (drawn) => {
      const [queue, pace] = [new TransferQueue(asFiles(drawn)), new TransferPace()];
      for (let left = drawn.length; left > 0; left--) {
        const next = queue.peek(pace);
        expect(queue.peek(pace)).toBe(next);
        expect(queue.take(pace)).toBe(next?.item);
      }
    }),
  );
});

test('a file that has waited longest is taken in its turn, however many small ones come after it', () => {
  const pace = new TransferPace();
  const place = { folder: '', name: '' };
  let files: readonly WaitingFile<string>[] = [{ item: 'large', bytes: LARGE_FILE_BYTES + 1, changedAt: 0, ...place }];
  const taken: string[] = [];
  for (let round = 1; round <= OLDEST_TURN; round++) {
    const more = ['a', 'b'].map((name) => ({ item: `${name}${round}`, bytes: 1, changedAt: round, ...place }));
    files = files.concat(more);
    const queue = new TransferQueue(files);
    taken.push(queue.take(pace) ?? '');
    files = files.filter(({ item }) => queue.rest.includes(item));
  }
  expect(taken.slice(0, -1)).not.toContain('large');
  expect(taken.at(-1)).toBe('large');
});

test('of many files the last changes go first, and all others by their places, whatever times they have', () => {
  const files = manyFiles(4 * NEIGHBOUR_FILES);
  const order = takeAll(files);
  const small = files.filter(({ bytes }) => bytes === 1);
  const last = small.toSorted((a, b) => b.changedAt - a.changedAt).slice(0, FRESH_FILES);
  expect(order.slice(0, FRESH_FILES)).toEqual(last);
  expect(order.slice(0, small.length).every(({ bytes }) => bytes === 1)).toBe(true);
  const others = order.slice(FRESH_FILES, small.length);
  const placeOf = ({ folder, name }: WaitingFile<number>): string => `${folder}/${name}`;
  // Each block is in order, and there are no more of them than have to be.
  const starts = others.filter((file, index) => {
    const before = others[index - 1];
    return before === undefined || placeOf(before) > placeOf(file);
  });
  expect(starts.length).toBeLessThanOrEqual(Math.ceil(others.length / NEIGHBOUR_FILES));
});

test('the block with the latest change goes first, or in its turn that with the oldest file, and whole', () => {
  const files = manyFiles(8 * NEIGHBOUR_FILES).map((file) => ({ ...file, bytes: 1 }));
  for (const pace of [newest, oldest]) {
    const [queue, left] = [new TransferQueue(files), new Set<WaitingFile<number>>(files)];
    const take = (): WaitingFile<number> => {
      const file = files[queue.take(pace) ?? -1] as WaitingFile<number>;
      left.delete(file);
      return file;
    };
    // What is fresh goes before all but the one whose turn it is.
    if (pace === newest) for (let fresh = 0; fresh < FRESH_FILES; fresh++) take();
    const wanted = [...left].reduce((a, b) => (a.changedAt > b.changedAt === (pace === newest) ? a : b));
    const block = Array.from({ length: NEIGHBOUR_FILES }, take);
    expect(block).toContain(wanted);
    expect(new Set(block.map(({ folder }) => folder)).size).toBeLessThanOrEqual(2);
  }
});

test('a file of the length of a block has a block to itself, so that its turn comes before others’', () => {
  const files = Array.from({ length: FRESH_FILES + 20 }, (_none, item) => ({
    item,
    bytes: NEIGHBOUR_BYTES,
    changedAt: (item * 31) % (FRESH_FILES + 20),
    folder: 'a',
    name: `${item}`,
  }));
  const times = takeAll(files).map(({ changedAt }) => changedAt);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
});

test('what waits in a queue of many is not starved by what is fresh: one in so many rounds begins with its block', () => {
  const pace = new TransferPace();
  const old = manyFiles(4 * NEIGHBOUR_FILES).map((file) => ({ ...file, bytes: 1 }));
  let files: readonly WaitingFile<number>[] = old;
  for (let round = 1; round <= 2 * OLDEST_TURN; round++) {
    const fresh = Array.from({ length: FRESH_FILES }, (_none, index) => {
      const item = old.length + round * FRESH_FILES + index;
      return { item, bytes: 1, changedAt: item, folder: 'fresh', name: `${item}` };
    });
    files = files.concat(fresh);
    const queue = new TransferQueue(files);
    for (let count = 0; count < FRESH_FILES; count++) queue.take(pace);
    const rest = new Set(queue.rest);
    files = files.filter(({ item }) => rest.has(item));
  }
  const left = files.filter(({ item }) => item < old.length).length;
  expect(old.length - left).toBe(2 * FRESH_FILES);
});

test('a turn is not lost by a queue in which nothing waits', () => {
  const pace = new TransferPace();
  const empty = new TransferQueue<number>([]);
  const files = [0, 1].map((item) => ({ item, bytes: 1, changedAt: item, folder: '', name: `${item}` }));
  const taken: (number | undefined)[] = [];
  for (let round = 1; round <= OLDEST_TURN; round++) {
    taken.push(new TransferQueue(files).take(pace));
    expect(empty.take(pace)).toBeUndefined();
  }
  expect(taken).toEqual([1, 1, 1, 0]);
});
