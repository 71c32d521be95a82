import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { passwordAttemptKeys, tokenAttemptKey, visitorKey } from './attempt-keys.ts';

test('addresses of IPv4 count each by itself, also in the form of IPv6', () => {
  expect(visitorKey('192.0.2.1')).toBe('192.0.2.1');
  expect(visitorKey('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(visitorKey('192.0.2.2')).not.toBe(visitorKey('192.0.2.1'));
});

test('all addresses of one network of IPv6 count as one, however they are written, and those of another do not', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      // Whatever it is, it has a key, and a key says no more than half of the address.
      expect(visitorKey(address).length).toBeGreaterThan(0);
    }),
  );
  const same = ['2001:db8:0:1::1', '2001:DB8:0:1:ffff:ffff:ffff:ffff', '2001:0db8:0000:0001::', '2001:db8:0:1::1%eth0'];
  expect(new Set(same.map(visitorKey))).toEqual(new Set(['2001:db8:0:1::']));
  expect(visitorKey('2001:db8:0:2::1')).toBe('2001:db8:0:2::');
  expect(visitorKey('::1')).toBe('0:0:0:0::');
  expect(visitorKey('fe80::1:2:3:4')).toBe('fe80:0:0:0::');
});

test('what is attempted has a key of its own', () => {
  const [own, all] = passwordAttemptKeys('a'.repeat(64), '192.0.2.1');
  expect(
    new Set([own, all, tokenAttemptKey('192.0.2.1'), passwordAttemptKeys('b'.repeat(64), '192.0.2.1')[0]]).size,
  ).toBe(4);
});
