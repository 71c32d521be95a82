import { hash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import {
  type ByteSpan,
  OUTLINE_BLOCK_BYTES,
  OUTLINE_STRONG_BYTES,
  type PatchPart,
  RollingSum,
} from '@syncline/protocol';
import fc from 'fast-check';
import { propertyCases } from '../../../test/support/property-runs.ts';
import { SeededRandom } from '../../../test/support/seeded-random.ts';
import { fromBase64 } from './base64.ts';
import { OutlineMatcher } from './match-outline.ts';

const BASE = new SeededRandom('base').bytes(12 * OUTLINE_BLOCK_BYTES + 100);

/** As the service does. */
function outline(base: Uint8Array, span: ByteSpan): OutlineMatcher {
  const blocks = [];
  for (let start = span.start; start + OUTLINE_BLOCK_BYTES <= span.end; start += OUTLINE_BLOCK_BYTES) {
    const block = base.subarray(start, start + OUTLINE_BLOCK_BYTES);
    const strong = hash('sha256', block, 'buffer').subarray(0, OUTLINE_STRONG_BYTES);
    blocks.push({ weak: new RollingSum(block, 0).value, strong });
  }
  return new OutlineMatcher({ span, blocks }, (bytes) => hash('sha256', bytes, 'hex'));
}

function made(base: Uint8Array, parts: readonly PatchPart[]): Buffer {
  return Buffer.concat(
    parts.map((part) => ('end' in part ? base.subarray(part.start, part.end) : (fromBase64(part.bytes) ?? BASE))),
  );
}

const WHOLE = { start: 0, end: BASE.length };

test('bytes that are the base are one part and its rest', () => {
  const match = outline(BASE, WHOLE).match(BASE);
  expect(match?.parts.length).toBe(2);
  expect(match?.literalBytes).toBe(100);
  expect(made(BASE, match?.parts ?? []).equals(BASE)).toBe(true);
});

test('of what stands elsewhere in the base only what is new around it is a literal', () => {
  const edited = Buffer.concat([Buffer.from('new'), BASE.subarray(5 * OUTLINE_BLOCK_BYTES)]);
  const match = outline(BASE, WHOLE).match(edited);
  expect(match?.literalBytes).toBe(103);
  expect(made(BASE, match?.parts ?? []).equals(edited)).toBe(true);
});

test('bytes that the base does not have are no match, nor are those of which it has less than half', () => {
  expect(outline(BASE, WHOLE).match(new SeededRandom('other').bytes(BASE.length))).toBeUndefined();
  const half = Buffer.concat([BASE.subarray(0, 3 * OUTLINE_BLOCK_BYTES), new SeededRandom('x').bytes(BASE.length)]);
  expect(outline(BASE, WHOLE).match(half)).toBeUndefined();
});

test('bytes that are shorter than a block are no match', () => {
  expect(outline(BASE, WHOLE).match(BASE.subarray(0, OUTLINE_BLOCK_BYTES - 1))).toBeUndefined();
});

test('where many blocks of the base are alike the parts follow each other', () => {
  const zeros = new Uint8Array(8 * OUTLINE_BLOCK_BYTES);
  const match = outline(zeros, { start: 0, end: zeros.length }).match(zeros);
  expect(match?.parts).toEqual([{ start: 0, end: zeros.length }]);
});

test('a weak sum that two blocks share is not enough: the strong one decides', () => {
  const swapped = Buffer.from(BASE);
  // Adding one at a place, taking two from the next and adding one to the one after leaves both of its parts as they were.
  const [a, b, c] = [swapped[100] as number, swapped[101] as number, swapped[102] as number];
  swapped.set([(a + 1) & 255, (b + 254) & 255, (c + 1) & 255], 100);
  if (a === 255 || b < 2 || c === 255) throw new Error('choose other places');
  const weak = (bytes: Uint8Array) => new RollingSum(bytes, 0).value;
  expect(weak(swapped)).toBe(weak(BASE));
  const match = outline(BASE, WHOLE).match(swapped);
  expect(match?.literalBytes).toBe(OUTLINE_BLOCK_BYTES + 100);
  expect(made(BASE, match?.parts ?? []).equals(swapped)).toBe(true);
});

test('whatever is edited, the parts make what was matched', () => {
  const edit = fc.record({
    at: fc.nat(BASE.length),
    removed: fc.nat(3 * OUTLINE_BLOCK_BYTES),
    added: fc.uint8Array({ maxLength: 40 }),
  });
  const span = fc.tuple(fc.nat(BASE.length), fc.nat(BASE.length)).map(([a, b]) => ({
    start: Math.min(a, b),
    end: Math.max(a, b),
  }));
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 4 }), span, (edits, outlined) => {
      let bytes: Uint8Array = BASE;
      for (const { at, removed, added } of edits) {
        bytes = Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
      }
      const match = outline(BASE, outlined).match(bytes);
      if (match === undefined) return;
      expect(made(BASE, match.parts).equals(bytes)).toBe(true);
      const literal = match.parts.map((part) => ('end' in part ? 0 : (fromBase64(part.bytes)?.length ?? 0)));
      expect(literal.reduce((sum, length) => sum + length, 0)).toBe(match.literalBytes);
    }),
    { numRuns: propertyCases(60) },
  );
});
