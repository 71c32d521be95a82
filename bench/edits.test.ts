import { expect, test } from '@jest/globals';
import { DELETE, INSERT, OVERWRITE, SCATTER } from './edits.ts';
import { randomContent } from './random-tree.ts';

const BYTES = randomContent('before', 1_000_000);
/** Where two contents of one length differ. */
const changed = (other: Buffer) => BYTES.reduce((sum, byte, index) => sum + (byte === other[index] ? 0 : 1), 0);

test.each([0, 0.5, 0.999])('edits change what their names say, and nothing else (%p)', (at) => {
  const overwritten = OVERWRITE.apply(BYTES, at, 'seed');
  expect(overwritten).toHaveLength(BYTES.length);
  // One byte in 256 is what was there.
  expect(changed(overwritten)).toBeGreaterThan(10);
  expect(changed(overwritten)).toBeLessThanOrEqual(16);
  const inserted = INSERT.apply(BYTES, at, 'seed');
  const offset = Math.floor(at * BYTES.length);
  expect(inserted).toHaveLength(BYTES.length + 10);
  expect(Buffer.concat([inserted.subarray(0, offset), inserted.subarray(offset + 10)]).equals(BYTES)).toBe(true);
  expect(DELETE.apply(BYTES, at, 'seed')).toHaveLength(BYTES.length - 4096);
  const scattered = SCATTER.apply(BYTES, at, 'seed');
  expect(scattered).toHaveLength(BYTES.length);
  expect(changed(scattered)).toBeGreaterThan(1500);
  expect(changed(scattered)).toBeLessThanOrEqual(1600);
});

test('an edit leaves the bytes that it is made of as they are', () => {
  const before = Buffer.from(BYTES);
  for (const edit of [OVERWRITE, INSERT, DELETE, SCATTER]) edit.apply(BYTES, 0.3, 'seed');
  expect(BYTES.equals(before)).toBe(true);
});
