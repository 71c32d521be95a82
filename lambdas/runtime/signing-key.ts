import { hash } from 'node:crypto';
import type { AwsCredentials } from './aws-connection.ts';

const BLOCK_BYTES = 64;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/** What a signature is valid for, beside its credentials. */
export interface SigningScope {
  readonly region: string;
  /** The name that is signed: `s3`, `dynamodb`. */
  readonly service: string;
}

export interface Signature {
  /** `<day>/<region>/<service>/aws4_request`. */
  readonly scope: string;
  readonly hex: string;
}

/**
 * Signs canonical requests by Signature Version 4. The key of the day is derived once, and with it the two halves of its HMAC:
 * a signature costs three hashes. Source: AWS IAM User Guide, "Create a signed AWS API request"; RFC 2104.
 */
export class SigningKey {
  readonly #suffix: string;
  #day: { readonly id: string; readonly key: HmacKey } | undefined;

  constructor({ region, service }: SigningScope) {
    this.#suffix = `${region}/${service}/aws4_request`;
  }

  /** The scope of a time, as it stands in a credential. `time` has the form 20260101T000000Z. */
  scopeOf(time: string): string {
    return `${time.slice(0, 8)}/${this.#suffix}`;
  }

  sign(credentials: AwsCredentials, time: string, canonicalRequest: string): Signature {
    const scope = this.scopeOf(time);
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonicalRequest)}`;
    const id = `${scope}\n${credentials.secretAccessKey}`;
    if (this.#day?.id !== id) this.#day = { id, key: keyOf(credentials, scope) };
    return { scope, hex: hmacHex(this.#day.key, text) };
  }
}

/** A time as signatures have it, in seconds. */
export function signingTime(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** The blocks of an HMAC key that each message and each inner digest stand behind. */
interface HmacKey {
  readonly inner: Uint8Array;
  readonly outer: Uint8Array;
}

function keyOf(credentials: AwsCredentials, scope: string): HmacKey {
  let key: Uint8Array = Buffer.from(`AWS4${credentials.secretAccessKey}`);
  for (const part of scope.split('/')) key = Buffer.from(hmacHex(hmacKey(key), part), 'hex');
  return hmacKey(key);
}

function hmacKey(secret: Uint8Array): HmacKey {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(secret.length > BLOCK_BYTES ? hash('sha256', secret, 'buffer') : secret);
  return { inner: block.map((byte) => byte ^ INNER_PAD), outer: block.map((byte) => byte ^ OUTER_PAD) };
}

function hmacHex({ inner, outer }: HmacKey, message: string): string {
  const digest = hash('sha256', Buffer.concat([inner, Buffer.from(message)]), 'buffer');
  return hash('sha256', Buffer.concat([outer, digest]), 'hex');
}
