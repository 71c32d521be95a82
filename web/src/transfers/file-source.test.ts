import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MiB } from '@syncline/protocol';
import fc from 'fast-check';
import { SeededRandom } from '../../../test/support/seeded-random.ts';
import { fileSourceOf } from './file-source.ts';

test('any part of a file is read as it is', async () => {
  const bytes = new SeededRandom('parts').bytes(3 * MiB + 17).slice();
  const source = fileSourceOf(new Blob([bytes]));
  const place = fc.integer({ min: 0, max: bytes.length });
  const part = fc.tuple(place, place);
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), async (parts) => {
      const read = parts.map(async ([start, length]) => {
        const end = Math.min(bytes.length, start + length);
        expect(Buffer.compare(await source.read({ start, end }), bytes.subarray(start, end))).toBe(0);
      });
      await Promise.all(read);
    }),
    { numRuns: 25 },
  );
});

test('a file that is gone is told of', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'file-source-'));
  const path = join(folder, 'gone.bin');
  await writeFile(path, new Uint8Array(10));
  const source = fileSourceOf(await openAsBlob(path));
  await rm(folder, { recursive: true });
  await expect(source.read({ start: 0, end: 10 })).rejects.toThrow();
});
