import { createHmac } from 'node:crypto';

const STEP_MS = 30_000;
const DIGITS = 6;
const BITS = 5;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What an authenticator app shows at a time for a secret in base 32. Source: RFC 6238, with SHA-1 and steps of 30 seconds. */
export function totpCode(secret: string, atMs: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / STEP_MS)));
  const digest = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const place = digest.readUInt8(digest.length - 1) & 0x0f;
  const number = digest.readUInt32BE(place) & 0x7f_ff_ff_ff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

/** A code that is none of those that count around a time. */
export function wrongTotpCode(secret: string, atMs: number): string {
  const counting = new Set([-2, -1, 0, 1, 2].map((steps) => totpCode(secret, Math.max(0, atMs + steps * STEP_MS))));
  const candidates = Array.from({ length: counting.size + 1 }, (_, index) => String(index).padStart(DIGITS, '0'));
  return candidates.find((code) => !counting.has(code)) ?? '';
}

function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (letter) => ALPHABET.indexOf(letter).toString(2).padStart(BITS, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
