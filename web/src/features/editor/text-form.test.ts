import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readText, writeText } from './text-form.ts';

test('what is opened and saved has the bytes that it had', () => {
  const end = fc.constantFrom('\n', '\r\n', '\r');
  const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\r\n\0]/g, '.'));
  const text = fc.tuple(fc.boolean(), fc.array(line, { maxLength: 5 }), end);
  fc.assert(
    fc.property(text, ([hasMark, lines, lineEnd]) => {
      const bytes = new TextEncoder().encode((hasMark ? '\uFEFF' : '') + lines.join(lineEnd));
      const read = readText(bytes);
      if (read === undefined) throw new Error('this is text');
      expect(read.text).not.toContain('\r');
      expect(writeText(read)).toEqual(bytes);
    }),
  );
});

test.each([
  ['no UTF-8', Uint8Array.of(0xff, 0xfe, 0x41)],
  ['a NUL', Uint8Array.of(0x41, 0, 0x41)],
  ['lines of two kinds', new TextEncoder().encode('a\r\nb\nc')],
])('%s is not opened', (_, bytes) => {
  expect(readText(bytes)).toBeUndefined();
});
