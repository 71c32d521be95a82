import { assert, type SignedPut } from '@syncline/protocol';

/** Immutable objects in the bucket. Nothing here can delete or overwrite. */
export interface ObjectStore {
  /**
   * A PUT that the store itself checks: only bytes whose SHA-256 is `sha256`, of exactly `size` bytes, once. `writer`
   * (writer-tag.ts) is signed into it and stays with the object: the signed header `x-amz-meta-writer` in S3, so that the
   * signed headers are content-length, host, if-none-match, x-amz-checksum-sha256, x-amz-meta-writer and
   * x-amz-sdk-checksum-algorithm. Local, no call.
   */
  signPut(object: {
    readonly key: string;
    readonly sha256: string;
    readonly size: number;
    readonly writer: string;
  }): Promise<SignedPut>;

  /**
   * A GET for SIGNED_URL_MS milliseconds. With a range, whoever answers it answers this range and nothing else of the object, and only to
   * the header `range: bytes=FIRST-LAST`: S3 has that header signed, so that the signed headers are host and range. With a `disposition` it is answered as bytes
   * with this `Content-Disposition`, for browsers. Local, no call.
   */
  signGet(key: string, read?: ByteRange | DisposedRead): Promise<string>;

  /** Size and stored SHA-256 of an object, as the store computed them on receipt; undefined when there is none. */
  head(key: string): Promise<ObjectHead | undefined>;

  /** The bytes of an object, or of a range of it; undefined when there is no such object. */
  read(key: string, range?: ByteRange): Promise<Uint8Array | undefined>;

  /** Writes an object whose bytes hash to `sha256`. Idempotent: one that exists already is success. */
  write(object: { readonly key: string; readonly sha256: string; readonly bytes: Uint8Array }): Promise<void>;
}

/** Bytes within an object; at least one. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** A whole object, as browsers are to take it. */
export interface DisposedRead {
  readonly disposition: string;
}

/** The header that asks for a range. Source: RFC 9110, section 14.2. */
export function rangeHeader({ offset, length }: ByteRange): string {
  assert(length >= 1, 'a range has a byte');
  return `bytes=${offset}-${offset + length - 1}`;
}

export interface ObjectHead {
  readonly size: number;
  /** Lowercase hexadecimal; absent when the store has none, and then the object is not to be trusted. */
  readonly sha256?: string;
  readonly versionId?: string;
  /**
   * The `writer` of the signed PUT that stored the object; absent when the server wrote it. An object's existence proves
   * nothing about who has its bytes: only the account whose tag this is has shown to possess them. Source:
   * docs/decisions/0060-writer-tags.md
   */
  readonly writer?: string;
}

export function manifestObjectKey(domain: string, contentHash: string): string {
  return `manifests/${domain}/${contentHash}`;
}
