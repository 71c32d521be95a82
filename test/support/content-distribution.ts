import { type KeyObject, verify } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { contentFunctionCode } from '../../lib/viewer-function.ts';

export interface ContentDistributionOptions {
  readonly url: string;
  /** By their ids: those of the trusted key group. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** What the origin answers; `range` is [first byte, last byte]. */
  readonly read: (key: string, range?: readonly [number, number]) => Promise<Uint8Array | undefined>;
}

/** What somebody sends to the distribution. */
export interface SentGet {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ContentAnswer {
  readonly status: number;
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const SIGNING = new Set(['Expires', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm']);

/**
 * What CloudFront does with a GET, as its documentation says: looks at the signature over the policy that follows from the address, asks the function that is
 * deployed, and answers with a range as the header says it. Written from the documentation, without the code that signs.
 * Source: Amazon CloudFront Developer Guide, "Create a signed URL using a canned policy", "How CloudFront processes partial requests for an object".
 */
export class ContentDistribution {
  readonly #options: ContentDistributionOptions;
  readonly #code = contentFunctionCode();

  constructor(options: ContentDistributionOptions) {
    this.#options = options;
  }

  async get({ url, headers = {} }: SentGet): Promise<ContentAnswer> {
    if (!this.isSigned(url)) return { status: 403, bytes: NOTHING };
    const passed = this.#ask(url, headers);
    if (passed.statusCode !== undefined) return { status: passed.statusCode, bytes: NOTHING };
    const key = decodeURIComponent(new URL(url).pathname).slice(1);
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers['range'] ?? '') ?? [];
    const bytes = await this.#options.read(key, first === undefined ? undefined : [Number(first), Number(last)]);
    if (bytes === undefined) return { status: 404, bytes: NOTHING };
    return { status: first === undefined ? 200 : 206, bytes };
  }

  /** Whether the signature is one over this address, until a time that is not over, by a key of the group. */
  isSigned(url: string): boolean {
    const { searchParams } = new URL(url);
    const resource = url.split(/[?&]/).filter((part) => !SIGNING.has(part.split('=')[0] ?? ''));
    const [address = '', ...query] = resource;
    const expires = searchParams.get('Expires');
    const policy = {
      Statement: [
        {
          Resource: query.length === 0 ? address : `${address}?${query.join('&')}`,
          Condition: { DateLessThan: { 'AWS:EpochTime': Number(expires) } },
        },
      ],
    };
    const key = this.#options.keys.get(searchParams.get('Key-Pair-Id') ?? '');
    if (key === undefined || searchParams.get('Hash-Algorithm') !== 'SHA256') return false;
    if (!url.startsWith(`${this.#options.url}/`) || Number(expires) <= this.#options.now()) return false;
    const letters = (searchParams.get('Signature') ?? '').replace(/[-_~]/g, (letter) => FROM_SAFE[letter] ?? letter);
    return verify('sha256', Buffer.from(JSON.stringify(policy)), key, Buffer.from(letters, 'base64'));
  }

  #ask(url: string, headers: Readonly<Record<string, string>>): { readonly statusCode?: number } {
    const { pathname, searchParams } = new URL(url);
    const valuesOf = (entries: Iterable<[string, string]>) =>
      Object.fromEntries([...entries].map(([name, value]) => [name, { value }]));
    const request = {
      method: 'GET',
      uri: pathname,
      querystring: valuesOf(searchParams),
      headers: valuesOf(Object.entries(headers)),
    };
    return runInNewContext(`${this.#code}; handler(event)`, { event: { request } }) as { readonly statusCode?: number };
  }
}

/** CloudFront's letters for what an address has another use for. */
const FROM_SAFE: Readonly<Record<string, string>> = { '-': '+', _: '=', '~': '/' };
