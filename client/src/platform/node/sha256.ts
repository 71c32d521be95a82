import { createHash, createHmac, hash } from 'node:crypto';

/**
 * SHA-256 as lowercase hexadecimal, by OpenSSL on this thread: for whole chunks twice as fast as Web Crypto, which copies them, and
 * for small files five times. Source: docs/decisions/0034-two-ways-to-hash.md
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return hash('sha256', bytes, 'hex');
}

/** The same at once; undefined on platforms that only hash in the background. */
export const sha256Now: ((bytes: Uint8Array) => string) | undefined = (bytes) => hash('sha256', bytes, 'hex');

/** HMAC-SHA256 as lowercase hexadecimal. */
export async function hmacSha256(key: Uint8Array, bytes: Uint8Array): Promise<string> {
  return createHmac('sha256', key).update(bytes).digest('hex');
}

/** SHA-256 of bytes that come in parts. */
export interface Sha256 {
  /** Takes the next part. Its bytes may change afterwards. */
  update(bytes: Uint8Array): void;
  /** Lowercase hexadecimal. Ends the object's use. */
  digest(): string | Promise<string>;
}

export function openSha256(): Sha256 {
  const hashing = createHash('sha256');
  return { update: (bytes) => void hashing.update(bytes), digest: () => hashing.digest('hex') };
}
