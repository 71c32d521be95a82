import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TABLE_COLUMNS_MAX, TABLE_ROWS_MAX } from '../src/features/preview/limits.ts';
import { listArchive } from '../src/features/preview/list-archive.ts';
import { parseTable, separatorOf } from '../src/features/preview/parse-table.ts';
import { previewKind } from '../src/features/preview/preview-kind.ts';

const cell = fc.string({ unit: fc.constantFrom('a', ' ', ',', ';', '"', '\n', 'é') });
const table = fc
  .integer({ min: 1, max: 6 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }));

test('what is written as a table with quotes is read as it was', () => {
  fc.assert(
    fc.property(table, fc.constantFrom(',', ';', '\t'), fc.constantFrom('\n', '\r\n'), (rows, separator, end) => {
      const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
      const text = rows.map((row) => row.map(quoted).join(separator)).join(end);
      expect(parseTable(text, separator)).toEqual(rows);
    }),
  );
});

test('of a table without an end only so many rows and cells are made, and none that fails', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const rows = parseTable(text.repeat(50), separatorOf(text));
      expect(rows.length).toBeLessThanOrEqual(TABLE_ROWS_MAX);
      expect(rows.every((row) => row.length <= TABLE_COLUMNS_MAX)).toBe(true);
    }),
  );
});

test('an archive tells its entries, and bytes that are none tell nothing', async () => {
  // An empty file `a/b.txt`, stored, as every archiver writes it.
  const hex =
    '504b0304140000000000000021000000000000000000000000000700000061' +
    '2f622e747874504b01021400140000000000000021000000000000000000000000000700000000000000000000000000000000' +
    '00612f622e747874504b0506000000000100010035000000250000000000';
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  const read = async (start: number, end: number) => bytes.slice(start, end);
  expect(await listArchive(bytes.length, read)).toEqual([{ path: 'a/b.txt', size: 0 }]);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (noise) => {
      const part = async (start: number, end: number) => noise.slice(start, end);
      const entries = await listArchive(noise.length, part);
      expect(entries ?? []).toEqual([]);
    }),
  );
});

test.each([
  ['photo.JPG', 'image'],
  ['film.mp4', 'video'],
  ['song.mp3', 'audio'],
  ['paper.pdf', 'pdf'],
  ['page.html', 'text'],
  ['script.js', 'text'],
  ['table.csv', 'table'],
  ['all.zip', 'archive'],
  ['program.exe', 'none'],
  ['__proto__', 'none'],
  ['x.constructor', 'none'],
])('%s is shown as %s', (name, kind) => {
  expect(previewKind(name)).toBe(kind);
});
