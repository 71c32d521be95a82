import { expect, test } from '@jest/globals';
import { totpCode, wrongTotpCode } from './totp.ts';

/** "12345678901234567890" in base 32. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

// Source: RFC 6238, appendix B; the last six of its eight digits.
test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_234_567_890, '005924'],
  [20_000_000_000, '353130'],
])('at %i seconds the code is the one of the standard', (seconds, code) => {
  expect(totpCode(SECRET, seconds * 1000)).toBe(code);
  expect(wrongTotpCode(SECRET, seconds * 1000)).not.toBe(code);
});
