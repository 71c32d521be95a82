import { type Argon2Parameters, argon2, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { assert } from '@syncline/protocol';
import type { Random } from '../runtime/clock.ts';

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Source: OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, 2 passes, 1 lane; scrypt with N = 2^17, r = 8, p = 1. */
const ARGON2 = { memory: 19 * 1024, passes: 2, parallelism: 1, tagLength: HASH_BYTES };
const SCRYPT: ScryptOptions = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };

/**
 * What is stored of a link's password: scheme, salt and hash. Slow on purpose, about 50 ms, because people choose passwords that
 * can be guessed. Argon2id where this Node has it, else scrypt; the text says which. Source: docs/decisions/0116-passwords-of-links.md
 */
export async function hashPassword(password: string, random: Pick<Random, 'bytes'>): Promise<string> {
  const scheme = hasArgon2() ? 'argon2id' : 'scrypt';
  const salt = random.bytes(SALT_BYTES);
  const hash = await derive(scheme, password, salt);
  return [scheme, Buffer.from(salt).toString('base64url'), hash.toString('base64url')].join('$');
}

/** Whether this is the password that was hashed. Takes the same time wherever it differs. */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [scheme = '', salt = '', hash = ''] = stored.split('$');
  assert(scheme === 'argon2id' || scheme === 'scrypt', 'a stored password names its scheme');
  const expected = Buffer.from(hash, 'base64url');
  const given = await derive(scheme, password, Buffer.from(salt, 'base64url'));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function derive(scheme: 'argon2id' | 'scrypt', password: string, salt: Uint8Array): Promise<Buffer> {
  if (scheme === 'argon2id') return deriveArgon2('argon2id', { ...ARGON2, message: password, nonce: salt });
  return deriveScrypt(password, salt, HASH_BYTES, SCRYPT);
}

const deriveArgon2 = promisify<'argon2id', Argon2Parameters, Buffer>(argon2);
const deriveScrypt = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt);

/** Older builds of Node 24, and those over an older OpenSSL, are without it. */
function hasArgon2(): boolean {
  return typeof argon2 === 'function';
}
