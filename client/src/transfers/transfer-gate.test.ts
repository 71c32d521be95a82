import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TransferGate } from './transfer-gate.ts';

test('never more tasks or bytes than allowed are under way, every task runs, in order of arrival', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 10 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      async (sizes, tasksMax) => {
        const gate = new TransferGate({ tasksMax, bytesMax: 12 });
        let tasks = 0;
        let bytes = 0;
        const started: number[] = [];
        await Promise.all(
          sizes.map((size, index) =>
            gate.run(size, async () => {
              started.push(index);
              tasks += 1;
              bytes += size;
              expect(tasks).toBeLessThanOrEqual(tasksMax);
              expect(bytes).toBeLessThanOrEqual(12);
              await Promise.resolve();
              tasks -= 1;
              bytes -= size;
            }),
          ),
        );
        expect(started).toEqual(sizes.map((_, index) => index));
      },
    ),
  );
});

test('a task that fails gives its room back', async () => {
  const gate = new TransferGate({ tasksMax: 1, bytesMax: 1 });
  await expect(gate.run(1, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await gate.run(1, async () => 'next')).toBe('next');
});
