import { createCipheriv, createHash } from 'node:crypto';

/** Bytes without any pattern, which a seed replays: AES-128 in counter mode under the SHA-256 of the seed. Fast enough for gigabytes. */
export function randomBytesOf(seed: string, length: number): Uint8Array<ArrayBuffer> {
  const key = createHash('sha256').update(seed).digest();
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16));
  return Uint8Array.from(cipher.update(new Uint8Array(length)));
}
