import type { KeyPurpose, KeyRing } from './key-ring.ts';
import { hmacSha256, purposeKey } from './purpose-key.ts';

/** Signs with keys derived from a secret that is handed in. */
export class MemoryKeyRing implements KeyRing {
  readonly #secret: Uint8Array;

  constructor(options: { readonly secret: Uint8Array }) {
    this.#secret = options.secret;
  }

  sign(purpose: KeyPurpose, message: Uint8Array | string): Promise<Uint8Array> {
    return Promise.resolve(hmacSha256(purposeKey(this.#secret, purpose), message));
  }
}
