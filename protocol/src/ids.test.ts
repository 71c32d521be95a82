import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { propertyCases } from '../../test/support/property-runs.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { ContentHash, DeviceId, encodeUlid, NodeId, neighbouringUlids, OpId, opId, splitOpId } from './ids.ts';
import { COMMIT_OPERATIONS_MAX } from './limits.ts';

const ulidBytes = fc.uint8Array({ minLength: 16, maxLength: 16 });

test('any 16 bytes become a legal id, and different bytes different ids in the same order', () => {
  fc.assert(
    fc.property(ulidBytes, ulidBytes, (left, right) => {
      const [a, b] = [encodeUlid(left), encodeUlid(right)];
      expect(NodeId.safeParse(a).success).toBe(true);
      expect(Math.sign(Buffer.compare(left, right))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});

test('the id of 16 known bytes is the one that any other program would write', () => {
  expect(encodeUlid(new Uint8Array(16))).toBe('00000000000000000000000000');
  expect(encodeUlid(new Uint8Array(16).fill(255))).toBe('7ZZZZZZZZZZZZZZZZZZZZZZZZZ');
  expect(encodeUlid(Uint8Array.from({ length: 16 }, (_, index) => index))).toBe('00041061050R3GG28A1C60T3GF');
});

test('ids that are made in one go lie together, a thousand at a time, and none of them can be guessed from another', () => {
  fc.assert(
    fc.property(fc.noShrink(fc.integer()), (seed) => {
      const random = new SeededRandom(`${seed}`);
      const drawn: Uint8Array[] = [];
      const newId = neighbouringUlids((count) => {
        const bytes = random.bytes(count);
        drawn.push(bytes.slice());
        return bytes;
      });
      const ids = Array.from({ length: 3000 }, newId);
      expect(new Set(ids).size).toBe(3000);
      // Nine digits are 43 of the 48 bits in which they are the same.
      expect(new Set(ids.map((id) => id.slice(0, 9))).size).toBe(3);
      // Ten bytes of each are its own: that is the last sixteen digits.
      const own = (id: string | undefined): string | undefined => id?.slice(-16);
      expect(ids.map(own)).toEqual(drawn.map((bytes) => own(encodeUlid(bytes))));
    }),
    { numRuns: propertyCases(20) },
  );
});

test.each([
  '',
  '8ZZZZZZZZZZZZZZZZZZZZZZZZZ',
  '0000000000000000000000000',
  '0000000000000000000000000I',
  '../0000000000000000000000',
  '00000000000000000000000000\n',
])('%j is refused as an id', (text) => expect(DeviceId.safeParse(text).success).toBe(false));

test('an opId splits into the batch and the index that it was made of, for every operation of a full batch', () => {
  const indexes = fc.integer({ min: 0, max: COMMIT_OPERATIONS_MAX - 1 });
  fc.assert(
    fc.property(ulidBytes.map(encodeUlid), indexes, (batch, index) => {
      expect(splitOpId(opId(batch, index))).toEqual({ batch, index });
    }),
  );
});

test.each(['-1', '200', '00', '01', '1.0', ' 1', ''])('an opId with the index %j is refused', (index) => {
  expect(OpId.safeParse(`00000000000000000000000000-${index}`).success).toBe(false);
});

test('a hash is lowercase hexadecimal of 32 bytes and nothing else', () => {
  expect(ContentHash.safeParse('a'.repeat(64)).success).toBe(true);
  for (const text of ['A'.repeat(64), 'a'.repeat(63), 'g'.repeat(64), `${'a'.repeat(64)}\n`]) {
    expect(ContentHash.safeParse(text).success).toBe(false);
  }
});
