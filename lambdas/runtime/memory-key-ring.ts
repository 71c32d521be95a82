import type { HmacKey } from './hmac-key.ts';
import type { KeyPurpose, KeyRing } from './key-ring.ts';
import { purposeKey } from './purpose-key.ts';

/** Signs with keys derived from a secret that is handed in. */
export class MemoryKeyRing implements KeyRing {
  readonly #secret: Uint8Array;
  readonly #keys = new Map<KeyPurpose, HmacKey>();

  constructor(options: { readonly secret: Uint8Array }) {
    this.#secret = options.secret;
  }

  sign(purpose: KeyPurpose, message: Uint8Array | string): Promise<Uint8Array> {
    const key = this.#keys.get(purpose) ?? purposeKey(this.#secret, purpose);
    this.#keys.set(purpose, key);
    return Promise.resolve(key.sign(message));
  }
}
