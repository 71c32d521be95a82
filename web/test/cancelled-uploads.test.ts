import { beforeEach, expect, test } from '@jest/globals';
import {
  filesOf,
  inputOf,
  nextTurn,
  openUploadWorld,
  settled,
  type UploadWorld,
} from '../../test/support/upload-world.ts';

const TURNS_AFTER = 2000;

let world: UploadWorld;
beforeEach(async () => {
  world = await openUploadWorld();
});

async function begin(count: number): Promise<void> {
  const { queue, target } = world;
  const inputs = Array.from({ length: count }, (_, index) => inputOf(`${index}.txt`, Buffer.from(`n ${index}`)));
  await queue.add(inputs, target);
  while (queue.items.some(({ status }) => status === 'waiting')) await nextTurn();
}

async function namesAfterwards(): Promise<readonly string[]> {
  for (let turn = 0; turn < TURNS_AFTER; turn++) await nextTurn();
  return [...(await filesOf(world)).keys()];
}

test.each([1, 2, 60])(
  'a small file that is cancelled under way is not stored, and the others of %s are',
  async (count) => {
    await begin(count);
    const [first] = world.queue.items;
    world.queue.cancel([first?.id ?? '']);
    await settled(world.queue);
    const names = await namesAfterwards();
    expect(names).not.toContain('0.txt');
    expect(names).toHaveLength(count - 1);
  },
);

test('of uploads that are all cancelled nothing is stored', async () => {
  await begin(60);
  world.queue.cancel();
  expect(await namesAfterwards()).toEqual([]);
});
