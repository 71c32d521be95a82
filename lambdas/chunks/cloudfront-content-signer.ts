import { type KeyObject, sign } from 'node:crypto';
import { SECOND_MS, SIGNED_URL_MS } from '@syncline/protocol';
import type { Clock } from '../runtime/clock.ts';
import { escapeUri } from '../runtime/escape-uri.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { deriveContentKey } from './content-key.ts';
import { type ByteRange, type DisposedRead, type ObjectStore, rangeHeader } from './object-store.ts';

export interface CloudfrontSignerOptions {
  /** Of the distribution in front of the bucket, without a slash at its end. */
  readonly url: string;
  /** By which CloudFront knows the public key of this generation. */
  readonly keyId: string;
  readonly generation: number;
  readonly keyRing: KeyRing;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Signs GETs that CloudFront answers: a policy that allows one address, with its whole query, until a time. A range stands in the query as `x-range`, and the
 * function at the edge (guard-content.ts) compares the header of the request with it. S3 ignores a parameter whose name begins with `x-`.
 * Source: Amazon CloudFront Developer Guide, "Create a signed URL using a canned policy"; Amazon S3 User Guide, "Amazon S3 server access log format".
 */
export class CloudfrontContentSigner implements Pick<ObjectStore, 'signGet'> {
  readonly #options: CloudfrontSignerOptions;
  #key: KeyObject | undefined;

  constructor(options: CloudfrontSignerOptions) {
    this.#options = options;
  }

  async signGet(key: string, read?: ByteRange | DisposedRead): Promise<string> {
    const { url, keyId, clock } = this.#options;
    this.#key ??= await deriveContentKey(this.#options, this.#options.generation);
    const query = queryOf(read);
    const resource = `${url}/${key.split('/').map(escapeUri).join('/')}${query === '' ? '' : `?${query}`}`;
    const expires = Math.floor((clock.now() + SIGNED_URL_MS) / SECOND_MS);
    const signature = sign('sha256', Buffer.from(cannedPolicy(resource, expires)), this.#key);
    const signed = `Expires=${expires}&Signature=${urlSafe(signature)}&Key-Pair-Id=${keyId}&Hash-Algorithm=SHA256`;
    return `${resource}${query === '' ? '?' : '&'}${signed}`;
  }
}

/** What CloudFront makes anew of the address and compares the signature with, to the letter: no space is in it. */
function cannedPolicy(resource: string, expires: number): string {
  return `{"Statement":[{"Resource":"${resource}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`;
}

function queryOf(read: ByteRange | DisposedRead | undefined): string {
  if (read === undefined) return '';
  if (!('disposition' in read)) return `x-range=${rangeHeader(read).replace('bytes=', '')}`;
  return `response-content-disposition=${escapeUri(read.disposition)}&response-content-type=${escapeUri('application/octet-stream')}`;
}

/** Characters that an address has no other use for. */
function urlSafe(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~');
}
