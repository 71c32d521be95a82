import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { PLACED_TOGETHER_BYTES, PLACED_TOGETHER_FILES, PLACED_TOGETHER_MS } from './limits.ts';
import { Placing } from './placing.ts';

/** Groups in the order in which they are placed, each until it is let go on. */
function aPlacing() {
  let due: (() => void) | undefined;
  const groups: string[][] = [];
  const open: PromiseWithResolvers<void>[] = [];
  const placing = new Placing<{ name: string; bytes: number }>(
    async (group) => {
      groups.push(group.map(({ name }) => name));
      const gate = Promise.withResolvers<void>();
      open.push(gate);
      await gate.promise;
    },
    {
      after: (ms, callback) => {
        expect(ms).toBe(PLACED_TOGETHER_MS);
        due = callback;
        return () => void (due = undefined);
      },
    },
  );
  const add = (name: string, bytes = 1): Promise<void> => placing.add({ name, bytes });
  const finish = async (failure?: Error): Promise<void> => {
    const gate = open.shift();
    if (failure === undefined) gate?.resolve();
    else gate?.reject(failure);
    await setImmediate();
  };
  return { placing, groups, add, finish, fallDue: () => due?.() };
}

test('what was fetched waits for more while more is to come', async () => {
  const { groups, add } = aPlacing();
  await add('a');
  await add('b');
  expect(groups).toEqual([]);
});

test('a group begins when it is full of files, or of bytes, or when its first file waits long', async () => {
  const byFiles = aPlacing();
  for (let file = 0; file < PLACED_TOGETHER_FILES; file++) await byFiles.add(`${file}`);
  expect(byFiles.groups.map(({ length }) => length)).toEqual([PLACED_TOGETHER_FILES]);
  const byBytes = aPlacing();
  await byBytes.add('a', PLACED_TOGETHER_BYTES - 1);
  expect(byBytes.groups).toEqual([]);
  await byBytes.add('b', 1);
  expect(byBytes.groups).toEqual([['a', 'b']]);
  const byTime = aPlacing();
  await byTime.add('a');
  byTime.fallDue();
  expect(byTime.groups).toEqual([['a']]);
  await byTime.add('b');
  byTime.fallDue();
  await byTime.finish();
  expect(byTime.groups).toEqual([['a'], ['b']]);
});

test('once all is begun nothing waits but for the group that is placed, and what comes meanwhile is the next one', async () => {
  const { placing, groups, add, finish } = aPlacing();
  await add('a');
  placing.allBegun();
  expect(groups).toEqual([['a']]);
  await add('b');
  await add('c');
  expect(groups).toEqual([['a']]);
  await finish();
  expect(groups).toEqual([['a'], ['b', 'c']]);
  const ended = placing.end();
  await finish();
  await ended;
});

test('whoever adds waits while a group is placed and the next one is full', async () => {
  const { placing, groups, add, finish } = aPlacing();
  placing.allBegun();
  await add('first');
  let hasAdded = false;
  const full = add('large', PLACED_TOGETHER_BYTES).then(() => (hasAdded = true));
  await setImmediate();
  expect(hasAdded).toBe(false);
  await finish();
  await full;
  expect(groups).toEqual([['first'], ['large']]);
});

test('a failure is told to whoever waits, nothing more is placed, and what is left is told', async () => {
  const { placing, groups, add, finish } = aPlacing();
  placing.allBegun();
  await add('a');
  await add('b');
  await finish(new Error('the disk is gone'));
  await expect(add('c')).rejects.toThrow('the disk is gone');
  await expect(placing.end()).rejects.toThrow('the disk is gone');
  expect(groups).toEqual([['a']]);
  expect(placing.rest.map(({ name }) => name)).toEqual(['b', 'c']);
});
