import { hkdfSync } from 'node:crypto';
import { assert } from '@syncline/protocol';
import { HmacKey } from './hmac-key.ts';
import type { KeyPurpose } from './key-ring.ts';

/** Shortest secret that keys may be derived from, in bytes. */
const SECRET_BYTES_MIN = 32;
const KEY_BYTES = 32;

/** A key of its own for each purpose, so that nothing signed for one is valid for another. Source: RFC 5869. */
export function purposeKey(secret: Uint8Array, purpose: KeyPurpose): HmacKey {
  assert(secret.length >= SECRET_BYTES_MIN, 'the deployment secret has at least 32 bytes');
  return new HmacKey(new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), `syncline/${purpose}`, KEY_BYTES)));
}
