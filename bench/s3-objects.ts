import { createHash, randomBytes } from 'node:crypto';

/** What a client promises of the bytes that it sends, each only where it does. */
export interface PutPromise {
  /** Base64, of `x-amz-checksum-sha256`. */
  readonly sha256: string | undefined;
  /** Base64, of `Content-MD5`. */
  readonly md5: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly isNew: boolean;
}

export interface S3Object {
  /** In the pieces in which it came: what is large is not copied. */
  readonly parts: readonly Buffer[];
  readonly sizeBytes: number;
  readonly etag: string;
  /** Base64; S3 tells it only of objects that were sent with one. */
  readonly sha256: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly modified: Date;
}

/** The refusals of a PUT, by the codes of S3. */
export type PutRefusal = 'BadDigest' | 'IncompleteBody' | 'PreconditionFailed';

/** Verifies the bytes of one PUT while they come. */
export class IncomingObject {
  readonly #promise: PutPromise;
  readonly #parts: Buffer[] = [];
  readonly #sha256;
  readonly #md5;
  #sizeBytes = 0;

  constructor(promise: PutPromise) {
    this.#promise = promise;
    this.#sha256 = promise.sha256 === undefined ? undefined : createHash('sha256');
    this.#md5 = promise.md5 === undefined ? undefined : createHash('md5');
  }

  push(part: Buffer): void {
    this.#parts.push(part);
    this.#sizeBytes += part.length;
    this.#sha256?.update(part);
    this.#md5?.update(part);
  }

  /** The object, if it is what was promised. */
  end(metadata: Readonly<Record<string, string>>): S3Object | PutRefusal {
    const { sha256, md5, sizeBytes } = this.#promise;
    if (sizeBytes !== undefined && sizeBytes !== this.#sizeBytes) return 'IncompleteBody';
    if (this.#sha256?.digest('base64') !== sha256) return 'BadDigest';
    const md5Digest = this.#md5?.digest();
    if (md5Digest?.toString('base64') !== md5) return 'BadDigest';
    // Clients take an ETag with a dash for one that says nothing of the bytes.
    const etag = md5Digest === undefined ? `${randomBytes(16).toString('hex')}-1` : md5Digest.toString('hex');
    return { parts: this.#parts, sizeBytes: this.#sizeBytes, etag, sha256, metadata, modified: new Date() };
  }
}

export interface Listing {
  readonly objects: readonly (readonly [key: string, object: S3Object])[];
  readonly prefixes: readonly string[];
}

/** The objects of all buckets, by `bucket/key`. */
export class S3Objects {
  readonly #objects = new Map<string, S3Object>();

  /** Takes the bytes of a PUT in full, whatever becomes of it. */
  put(path: string, promise: PutPromise, object: S3Object | PutRefusal): S3Object | PutRefusal {
    if (typeof object === 'string') return object;
    if (promise.isNew && this.#objects.has(path)) return 'PreconditionFailed';
    this.#objects.set(path, object);
    return object;
  }

  get(path: string): S3Object | undefined {
    return this.#objects.get(path);
  }

  delete(path: string): void {
    this.#objects.delete(path);
  }

  clear(): void {
    this.#objects.clear();
  }

  /** All keys of a bucket that begin with the prefix; what has the delimiter behind it is told once, as a prefix. */
  list(bucket: string, { prefix, delimiter }: { readonly prefix: string; readonly delimiter: string }): Listing {
    const objects: [string, S3Object][] = [];
    const prefixes = new Set<string>();
    const start = `${bucket}/`;
    for (const [path, object] of this.#objects) {
      if (!path.startsWith(start + prefix)) continue;
      const key = path.slice(start.length);
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      if (end < 0) objects.push([key, object]);
      else prefixes.add(key.slice(0, end + delimiter.length));
    }
    return { objects: objects.toSorted(([a], [b]) => (a < b ? -1 : 1)), prefixes: [...prefixes].toSorted() };
  }
}

/** The bytes from `first` to `last`, both included, in pieces. */
export function sliceParts(parts: readonly Buffer[], first: number, last: number): readonly Buffer[] {
  let offset = 0;
  return parts.flatMap((part) => {
    const [from, to] = [Math.max(0, first - offset), Math.min(part.length, last + 1 - offset)];
    offset += part.length;
    return from < to ? [part.subarray(from, to)] : [];
  });
}
