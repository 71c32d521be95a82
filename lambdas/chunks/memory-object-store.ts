import { createHash, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { assert, type EpochMs, SIGNED_URL_MS, type SignedPut } from '@syncline/protocol';
import type { Clock } from '../runtime/clock.ts';
import { type ByteRange, type DisposedRead, type ObjectHead, type ObjectStore, rangeHeader } from './object-store.ts';

/** Bytes of an object, wherever they are kept. */
export interface KeptBytes {
  readonly length: number;
  slice(start?: number, end?: number): Uint8Array;
}

interface StoredObject {
  readonly bytes: KeptBytes;
  readonly sha256: string;
  readonly versionId: string;
  readonly storedAt: EpochMs;
  readonly writer?: string;
}

/** Status codes are S3's: 403 not as signed, 400 the bytes are not the ones that were promised, 412 it exists already. */
export type MemoryPutStatus = 200 | 400 | 403 | 412;

/**
 * A bucket in the memory of one process, as strict as S3: its URLs have the scheme `memory:`, carry a signature over
 * everything that S3 would sign, and are answered by `put` and `get`.
 */
export class MemoryObjectStore implements ObjectStore {
  readonly #clock: Clock;
  readonly #keep: (bytes: Uint8Array) => KeptBytes;
  readonly #secret = createSecretKey(randomBytes(32));
  readonly #objects = new Map<string, StoredObject>();
  #versions = 0;

  /** Bytes are kept in memory, unless `keep` keeps them elsewhere. */
  constructor(dependencies: { readonly clock: Clock; readonly keep?: ((bytes: Uint8Array) => KeptBytes) | undefined }) {
    this.#clock = dependencies.clock;
    this.#keep = dependencies.keep ?? ((bytes) => bytes.slice());
  }

  async signPut(object: {
    readonly key: string;
    readonly sha256: string;
    readonly size: number;
    readonly writer: string;
  }): Promise<SignedPut> {
    const headers = {
      'if-none-match': '*',
      'x-amz-checksum-sha256': Buffer.from(object.sha256, 'hex').toString('base64'),
      'x-amz-meta-writer': object.writer,
      'x-amz-sdk-checksum-algorithm': 'SHA256',
    };
    return { url: this.#sign('PUT', object.key, { ...headers, 'content-length': `${object.size}` }), headers };
  }

  async signGet(key: string, read?: ByteRange | DisposedRead): Promise<string> {
    if (read === undefined) return this.#sign('GET', key, {});
    if (!('disposition' in read)) return this.#sign('GET', key, { range: rangeHeader(read) });
    // Nobody takes it for a header: it is of what is answered.
    return `${await this.signGet(key)}#${encodeURIComponent(read.disposition)}`;
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const object = this.#objects.get(key);
    if (object === undefined) return undefined;
    const { bytes, sha256, versionId, writer } = object;
    return { size: bytes.length, sha256, versionId, ...(writer === undefined ? {} : { writer }) };
  }

  async read(key: string, range?: ByteRange): Promise<Uint8Array | undefined> {
    const object = this.#objects.get(key);
    if (object === undefined) return undefined;
    const { offset, length } = range ?? { offset: 0, length: object.bytes.length };
    return object.bytes.slice(offset, offset + length);
  }

  async write(object: { readonly key: string; readonly sha256: string; readonly bytes: Uint8Array }): Promise<void> {
    assert(sha256Of(object.bytes) === object.sha256, 'an object is written under the hash of its bytes');
    if (!this.#objects.has(object.key)) this.#store(object);
  }

  /** What S3 does with a PUT to a URL of `signPut`. Content-Length is the length of `bytes`, as an HTTP client sets it. */
  put(request: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly bytes: Uint8Array;
  }): MemoryPutStatus {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, text]) => [name.toLowerCase(), text]),
    );
    const signed = this.#open('PUT', request.url, { ...headers, 'content-length': `${request.bytes.length}` });
    if (signed === undefined) return 403;
    const promised = Buffer.from(headers['x-amz-checksum-sha256'] ?? '', 'base64').toString('hex');
    if (promised !== sha256Of(request.bytes)) return 400;
    if (this.#objects.has(signed.key)) return 412;
    this.#store({ key: signed.key, bytes: request.bytes, writer: headers['x-amz-meta-writer'] ?? '' });
    return 200;
  }

  /** What S3 does with a GET of a URL of `signGet`; `range` is [first byte, last byte]. */
  get(request: { readonly url: string; readonly range?: readonly [number, number] }): {
    readonly status: 200 | 206 | 403 | 404;
    readonly bytes: Uint8Array;
  } {
    const nothing = new Uint8Array(0);
    const [first = 0, last = 0] = request.range ?? [];
    const headers = request.range === undefined ? {} : { range: `bytes=${first}-${last}` };
    const signed = this.#open('GET', request.url, headers);
    if (signed === undefined) return { status: 403, bytes: nothing };
    const object = this.#objects.get(signed.key);
    if (object === undefined) return { status: 404, bytes: nothing };
    if (request.range === undefined) return { status: 200, bytes: object.bytes.slice() };
    return { status: 206, bytes: object.bytes.slice(first, last + 1) };
  }

  /** What the sweep does to an object. */
  sweep(key: string): void {
    assert(this.#objects.delete(key), 'only a stored object is swept');
  }

  /** All objects, for the sweep (memory-removable-objects.ts). */
  list(): readonly {
    readonly key: string;
    readonly versionId: string;
    readonly storedAt: EpochMs;
    readonly size: number;
  }[] {
    const objects = [...this.#objects].map(([key, { versionId, storedAt, bytes }]) => ({
      key,
      versionId,
      storedAt,
      size: bytes.length,
    }));
    return objects.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Removes an object if it is this version of it. */
  remove({ key, versionId }: { readonly key: string; readonly versionId: string }): void {
    if (this.#objects.get(key)?.versionId === versionId) this.#objects.delete(key);
  }

  /** Becomes what another bucket is. */
  adopt(other: MemoryObjectStore): void {
    this.#objects.clear();
    for (const [key, object] of other.#objects) this.#objects.set(key, object);
    this.#versions = other.#versions;
  }

  keys(): readonly string[] {
    return [...this.#objects.keys()].toSorted();
  }

  #store(object: { readonly key: string; readonly bytes: Uint8Array; readonly writer?: string }): void {
    this.#versions += 1;
    const { key, bytes, writer } = object;
    const storedAt = this.#clock.now();
    const stored = { bytes: this.#keep(bytes), sha256: sha256Of(bytes), versionId: `v${this.#versions}`, storedAt };
    this.#objects.set(key, writer === undefined ? stored : { ...stored, writer });
  }

  #sign(method: string, key: string, headers: Readonly<Record<string, string>>): string {
    const names = Object.keys(headers).toSorted().join(',');
    const expires = `${this.#clock.now() + SIGNED_URL_MS}`;
    const signature = this.#signature([method, key, expires, names, ...signedValues(names, headers)]);
    return `memory:/${encodeURIComponent(key)}?expires=${expires}&headers=${names}&signature=${signature}`;
  }

  /**
   * The key that a URL was signed for, or undefined when the request is not exactly what was signed, or too late. As with S3 the URL
   * names the headers that it signs, and no other counts.
   */
  #open(method: string, url: string, headers: Readonly<Record<string, string>>): { readonly key: string } | undefined {
    const match = /^memory:\/([^?]+)\?expires=(\d+)&headers=([a-z0-9,-]*)&signature=([0-9a-f]+)(?:#.*)?$/.exec(url);
    const [, encodedKey = '', expires = '', names = '', signature] = match ?? [];
    const key = decodeURIComponent(encodedKey);
    const expected = this.#signature([method, key, expires, names, ...signedValues(names, headers)]);
    return signature === expected && Number(expires) > this.#clock.now() ? { key } : undefined;
  }

  #signature(parts: readonly string[]): string {
    return createHmac('sha256', this.#secret).update(parts.join('\n')).digest('hex');
  }
}

function signedValues(names: string, headers: Readonly<Record<string, string>>): readonly string[] {
  return names.split(',').map((name) => headers[name] ?? '');
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
