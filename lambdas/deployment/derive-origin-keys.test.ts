import { expect, test } from '@jest/globals';
import { MemoryKeyRing } from '../runtime/memory-key-ring.ts';
import { deriveOriginKeys } from './derive-origin-keys.ts';

const keyRing = new MemoryKeyRing({ secret: Buffer.alloc(32, 7) });

test('a generation always has the same key, which nobody can guess, and the one before is taken too', async () => {
  const first = await deriveOriginKeys({ keyRing }, 1);
  expect(await deriveOriginKeys({ keyRing }, 1)).toEqual(first);
  expect(first.current).toMatch(/^[A-Za-z0-9_-]{43}$/);
  const second = await deriveOriginKeys({ keyRing }, 2);
  expect(second.previous).toBe(first.current);
  expect(new Set([first.previous, first.current, second.current]).size).toBe(3);
});

test('there is no generation before the first', async () => {
  for (const generation of [0, -1, 1.5, Number.NaN])
    await expect(deriveOriginKeys({ keyRing }, generation)).rejects.toThrow(/count from 1/);
});
