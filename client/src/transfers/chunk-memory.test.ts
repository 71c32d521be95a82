import { expect, test } from '@jest/globals';
import { MiB } from '@syncline/protocol';
import fc from 'fast-check';
import { ChunkMemory } from './chunk-memory.ts';
import { IDLE_CHUNK_BYTES_MAX } from './limits.ts';

const STEPS = fc.array(
  fc.oneof(fc.record({ take: fc.integer({ min: 1, max: 4 * MiB }) }), fc.record({ back: fc.nat() })),
  {
    maxLength: 40,
  },
);

test('what is taken is long enough and nobody else has it, and no more is kept than may be', async () => {
  await fc.assert(
    fc.asyncProperty(STEPS, (steps) => {
      const memory = new ChunkMemory();
      return memory.during(async () => {
        const taken: Uint8Array[] = [];
        for (const step of steps) {
          if ('take' in step) {
            const given = memory.take(step.take);
            expect(given.length).toBeGreaterThanOrEqual(step.take);
            expect(taken).not.toContain(given);
            taken.push(given);
          } else for (const one of taken.splice(step.back % (taken.length + 1), 1)) memory.giveBack(one);
          expect(memory.idleBytes).toBeLessThanOrEqual(IDLE_CHUNK_BYTES_MAX);
        }
      });
    }),
    { numRuns: 25 },
  );
});

test('what was given back is taken again while any transfer runs, and let go with the last one', async () => {
  const memory = new ChunkMemory();
  const first = memory.take(MiB);
  await memory.during(async () => {
    await memory.during(async () => memory.giveBack(first));
    expect(memory.take(MiB)).toBe(first);
    memory.giveBack(first);
  });
  expect(memory.idleBytes).toBe(0);
  expect(memory.take(MiB)).not.toBe(first);
});

test('a small chunk holds none of the memory that a large one left', async () => {
  const memory = new ChunkMemory();
  await memory.during(async () => {
    memory.giveBack(memory.take(16 * MiB));
    expect(memory.take(1).length).toBe(MiB);
    expect(memory.take(7 * MiB).length).toBe(7 * MiB);
    expect(memory.take(8 * MiB).length).toBe(16 * MiB);
  });
});
