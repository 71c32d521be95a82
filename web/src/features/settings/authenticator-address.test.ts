import { expect, test } from '@jest/globals';
import { authenticatorAddress } from './authenticator-address.ts';

test('an authenticator app is told the secret, and whose it is', () => {
  expect(authenticatorAddress('JBSWY3DP', 'a+b@example.com')).toBe(
    'otpauth://totp/Syncline%3Aa%2Bb%40example.com?secret=JBSWY3DP&issuer=Syncline',
  );
});
