import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HmacKey } from './hmac-key.ts';

const secrets = fc.uint8Array({ maxLength: 200, size: 'max' });
const messages = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 300, size: 'max' }));

test('every code is the one that Node makes', () => {
  fc.assert(
    fc.property(secrets, messages, (secret, message) => {
      const expected = createHmac('sha256', secret).update(message).digest('hex');
      const key = new HmacKey(secret);
      expect(key.signHex(message)).toBe(expected);
      expect(Buffer.from(key.sign(message)).toString('hex')).toBe(expected);
    }),
  );
});
