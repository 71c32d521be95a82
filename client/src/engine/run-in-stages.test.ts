import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runInStages } from './run-in-stages.ts';

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
};

const anItem = fc.record({
  prepare: fc.nat(6),
  complete: fc.nat(6),
  fails: fc.constantFrom(undefined, undefined, undefined, undefined, 'prepare', 'complete'),
});

test('second stages run one after the other, in order, beside first stages, and a failure ends it behind all that was begun', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anItem, { maxLength: 20 }), fc.integer({ min: 1, max: 4 }), async (items, itemsMax) => {
      let [preparing, completing, open] = [0, 0, 0];
      const completed: number[] = [];
      const queue = items.map((item, index) => ({ ...item, index }));
      const next = () => {
        const item = queue.shift();
        if (item !== undefined) open += 1;
        expect(open).toBeLessThanOrEqual(itemsMax);
        return item;
      };
      const fail = (where: string, item: { readonly fails: string | undefined; readonly index: number }) => {
        if (item.fails !== where) return;
        open -= 1;
        throw new Error(`${item.index}`);
      };
      const run = runInStages(
        {
          itemsMax,
          prepare: async (item: (typeof queue)[number]) => {
            preparing += 1;
            await turns(item.prepare);
            preparing -= 1;
            fail('prepare', item);
            return item;
          },
          complete: async (item) => {
            completing += 1;
            expect(completing).toBe(1);
            await turns(item.complete);
            completing -= 1;
            fail('complete', item);
            completed.push(item.index);
            open -= 1;
          },
        },
        next,
      );
      const isFailing = items.some(({ fails }) => fails !== undefined);
      const outcome = await run.then(
        () => 'done',
        (failure: unknown) => (failure instanceof Error ? failure.message : String(failure)),
      );
      expect([preparing, completing]).toEqual([0, 0]);
      expect(completed).toEqual(completed.map((_, index) => index));
      if (isFailing) expect(items[Number(outcome)]?.fails).toBeDefined();
      else expect(completed).toHaveLength(items.length);
    }),
  );
});

test('while one is completed, the next one is prepared', async () => {
  const log: string[] = [];
  const held = Promise.withResolvers<void>();
  const items = ['a', 'b'];
  const run = runInStages(
    {
      itemsMax: 2,
      prepare: async (item: string) => {
        log.push(`prepare ${item}`);
        return item;
      },
      complete: async (item) => {
        log.push(`complete ${item}`);
        if (item === 'a') await held.promise;
      },
    },
    () => items.shift(),
  );
  await turns(20);
  expect(log).toEqual(['prepare a', 'prepare b', 'complete a']);
  held.resolve();
  await run;
  expect(log).toEqual(['prepare a', 'prepare b', 'complete a', 'complete b']);
});
