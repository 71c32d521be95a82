import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ReadLine, readLines } from './read-lines.ts';

const BYTES_MAX = 20;

/** The same bytes in pieces that end at the given places. */
async function* inPieces(bytes: Uint8Array, ends: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [0, ...ends.map((end) => end % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  for (const [index, start] of places.entries()) yield bytes.subarray(start, places[index + 1]);
}

async function read(bytes: Uint8Array, ends: readonly number[]) {
  const lines: ReadLine[] = [];
  for await (const line of readLines(inPieces(bytes, ends), { bytesMax: BYTES_MAX })) lines.push(line);
  return lines;
}

test('lines are the same in whatever pieces they come, and what follows one that is too long is not read', async () => {
  const line = fc.stringMatching(/^[a-cé]{0,24}$/);
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat()), line, async (lines, ends, unfinished) => {
      const bytes = Buffer.from([...lines, unfinished].join('\n'));
      const isLong = (text: string) => Buffer.byteLength(text) > BYTES_MAX;
      const firstLong = [...lines, unfinished].findIndex(isLong);
      const whole = firstLong < 0 ? lines : lines.slice(0, firstLong);
      const expected = whole.map((text) => ({ kind: 'line', text }));
      expect(await read(bytes, ends)).toEqual(firstLong < 0 ? expected : [...expected, { kind: 'too-long' }]);
    }),
  );
});

test('a line of exactly the allowed length is a line, and a longer one is too long, even before its end has come', async () => {
  const long = 'a'.repeat(BYTES_MAX + 1);
  expect(await read(Buffer.from(`${long}\n`), [])).toEqual([{ kind: 'too-long' }]);
  expect(await read(Buffer.from(long), [])).toEqual([{ kind: 'too-long' }]);
  expect(await read(Buffer.from(`${'a'.repeat(BYTES_MAX)}\n`), [])).toEqual([
    { kind: 'line', text: 'a'.repeat(BYTES_MAX) },
  ]);
});
