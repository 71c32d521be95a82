import { expect, test } from '@jest/globals';
import { mapBounded } from './map-bounded.ts';

test('answers stand in the order of the items, whichever call ends first', async () => {
  const releases: (() => void)[] = [];
  const mapped = mapBounded(3, ['a', 'b', 'c'], async (item, index) => {
    await new Promise<void>((resolve) => releases.push(resolve));
    return `${item}${index}`;
  });
  for (const release of releases.toReversed()) release();
  expect(await mapped).toEqual(['a0', 'b1', 'c2']);
});

test('never more calls are under way than allowed, and all items are mapped', async () => {
  let running = 0;
  let most = 0;
  const items = Array.from({ length: 50 }, (_, index) => index);
  const mapped = await mapBounded(4, items, async (item) => {
    running++;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return item;
  });
  expect(mapped).toEqual(items);
  expect(most).toBe(4);
});

test('after a failure no further call is begun, and those under way are awaited', async () => {
  const events: string[] = [];
  const mapped = mapBounded(2, ['slow', 'bad', 'never'], async (item) => {
    events.push(`begin ${item}`);
    if (item === 'bad') throw new Error('bad item');
    await new Promise((resolve) => setImmediate(resolve));
    events.push(`end ${item}`);
  });
  await expect(mapped).rejects.toThrow('bad item');
  expect(events).toEqual(['begin slow', 'begin bad', 'end slow']);
});

test('nothing to map is mapped to nothing', async () => {
  expect(await mapBounded(1, [], () => Promise.reject(new Error('not called')))).toEqual([]);
});
