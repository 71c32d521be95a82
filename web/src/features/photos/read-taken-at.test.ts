import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { datedJpeg } from '../../../../test/support/dated-jpeg.ts';
import { readTakenAt } from './read-taken-at.ts';

/** A JPEG with nothing in it, after a segment as most programs write first. */
const PLAIN = Buffer.from('ffd8ffe000104a46494600010100000100010000ffdaffd9', 'hex');

describe.each([true, false])('with numbers in the order of little endian: %s', (isLittleEndian) => {
  test('a picture says when it was taken, in whichever segment that stands', () => {
    const dated = datedJpeg(PLAIN, { time: '2026:10:31 23:05:09', isLittleEndian });
    expect(readTakenAt(dated)).toBe('2026-10-31 23:05:09');
    const after = Buffer.concat([PLAIN.subarray(0, 20), dated.subarray(2)]);
    expect(readTakenAt(after)).toBe('2026-10-31 23:05:09');
  });

  test.each(['0000:00:00 00:00:00', '    :  :     :  :  ', '2026:02:31 10:00:00', '2026:13:01 10:00:00', 'yesterday'])(
    'a camera without a clock, which writes "%s", says nothing',
    (time) => {
      expect(readTakenAt(datedJpeg(PLAIN, { time, isLittleEndian }))).toBeUndefined();
    },
  );
});

test('a picture that does not say it, and what is no picture, say nothing', () => {
  for (const bytes of [PLAIN, Buffer.alloc(0), Buffer.from('GIF89a'), PLAIN.subarray(0, 9)])
    expect(readTakenAt(bytes)).toBeUndefined();
});

test('whatever the bytes are, reading them ends, and says a day that there is or nothing', () => {
  const dated = datedJpeg(PLAIN, { time: '2026:10:31 23:05:09' });
  const damage = fc.record({ place: fc.nat(dated.length - 1), byte: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(damage, { maxLength: 6 }), fc.nat(dated.length), (damages, length) => {
      const bytes = Uint8Array.from(dated.subarray(0, length));
      for (const { place, byte } of damages) if (place < length) bytes[place] = byte;
      const told = readTakenAt(bytes);
      expect(told === undefined || new Date(`${told.replace(' ', 'T')}Z`).getTime() > 0 || told < '1971').toBe(true);
    }),
  );
});
