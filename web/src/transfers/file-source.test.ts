import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CUT_PIECE_BYTES } from '@syncline/client';
import fc from 'fast-check';
import { SeededRandom } from '../../../test/support/seeded-random.ts';
import { fileSourceOf } from './file-source.ts';
import { IDLE_PIECES_MAX } from './limits.ts';

test('any part of a file is read as it is, whatever was read before', async () => {
  const bytes = new SeededRandom('parts').bytes(3 * CUT_PIECE_BYTES + 17).slice();
  const source = fileSourceOf(new Blob([bytes]));
  const place = fc.integer({ min: 0, max: bytes.length });
  const part = fc.tuple(place, fc.oneof(fc.constant(CUT_PIECE_BYTES), place), fc.boolean());
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), async (parts) => {
      const read = parts.map(async ([start, length, isReleased]) => {
        const end = Math.min(bytes.length, start + length);
        const piece = await source.read({ start, end });
        expect(Buffer.compare(piece, bytes.subarray(start, end))).toBe(0);
        if (isReleased) source.release?.(piece.fill(0));
      });
      await Promise.all(read);
    }),
    { numRuns: 25 },
  );
});

test('the next piece is read into the memory of one that was given back, and into no other', async () => {
  const source = fileSourceOf(new Blob([new Uint8Array(CUT_PIECE_BYTES).fill(7)]));
  const readPiece = () => source.read({ start: 0, end: CUT_PIECE_BYTES });
  const [kept, given] = [await readPiece(), await readPiece()];
  source.release?.(given);
  const [next, other] = [await readPiece(), await readPiece()];
  expect(next.buffer).toBe(given.buffer);
  expect(other.buffer).not.toBe(kept.buffer);
  expect(other.buffer).not.toBe(next.buffer);
});

test('no more memory is kept than two large files need', async () => {
  const source = fileSourceOf(new Blob([new Uint8Array(CUT_PIECE_BYTES)]));
  const readPieces = () =>
    Promise.all(Array.from({ length: 3 * IDLE_PIECES_MAX }, () => source.read({ start: 0, end: CUT_PIECE_BYTES })));
  const pieces = await readPieces();
  for (const piece of pieces) source.release?.(piece);
  const before = new Set(pieces.map(({ buffer }) => buffer));
  const again = (await readPieces()).filter(({ buffer }) => before.has(buffer));
  expect(again).toHaveLength(IDLE_PIECES_MAX);
});

test('a file that is gone is told of', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'file-source-'));
  const path = join(folder, 'gone.bin');
  await writeFile(path, new Uint8Array(10));
  const source = fileSourceOf(await openAsBlob(path));
  await rm(folder, { recursive: true });
  await expect(source.read({ start: 0, end: 10 })).rejects.toThrow();
});
