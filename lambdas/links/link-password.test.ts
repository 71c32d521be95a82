import { scryptSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { hashPassword, isPassword } from './link-password.ts';

const random = new SeededRandom('passwords');

test('a password is known again, and nothing else is', async () => {
  const stored = await hashPassword('correct horse', random);
  expect(stored).toMatch(/^argon2id\$/);
  expect(await isPassword('correct horse', stored)).toBe(true);
  for (const other of ['correct hors', 'correct horse ', 'Correct horse', '']) {
    expect([other, await isPassword(other, stored)]).toEqual([other, false]);
  }
});

test('one password is never stored as the same text twice', async () => {
  expect(await hashPassword('same', random)).not.toBe(await hashPassword('same', random));
});

test('what a Node without Argon2 has stored is known again', async () => {
  const salt = random.bytes(16);
  const hash = scryptSync('horse', salt, 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 });
  const stored = `scrypt$${Buffer.from(salt).toString('base64url')}$${hash.toString('base64url')}`;
  expect([await isPassword('horse', stored), await isPassword('house', stored)]).toEqual([true, false]);
});
