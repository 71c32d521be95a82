import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { SIGNED_URL_MS } from '@syncline/protocol';
import type { ObjectStore } from '../../lambdas/chunks/object-store.ts';

export interface ObjectSubject {
  readonly objects: ObjectStore;
  /** A client of signed URLs, who sets Content-Length from the body. */
  readonly put: (request: SentPut) => Promise<number>;
  /** `range` is [first byte, last byte]. */
  readonly get: (url: string, range?: Range) => Promise<{ readonly status: number; readonly bytes: Uint8Array }>;
  /** Signs URLs as if it were that long ago. */
  readonly signedAgo: (agoMs: number) => Pick<ObjectStore, 'signPut' | 'signGet'>;
}

type Range = readonly [number, number];

export interface SentPut {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

const WRITER = 'a'.repeat(32);
/** Keys whose characters a URL must escape, and ordinary ones. */
const KEYS = ['chunks/shared/plain', "chunks/a b/+&='()*!?#ü%2F~"];

function newObject(size = 1000) {
  const bytes = new Uint8Array(randomBytes(size));
  return { bytes, size, sha256: createHash('sha256').update(bytes).digest('hex'), writer: WRITER };
}

function freshKey(): string {
  return `chunks/shared/${randomBytes(32).toString('hex')}`;
}

/** What every ObjectStore must do; of `keys` those whose bytes may be read by URL. */
export function describeObjectStore(make: () => Promise<ObjectSubject>, keys: readonly string[] = KEYS): void {
  let subject: ObjectSubject;
  beforeAll(async () => {
    subject = await make();
  });
  describe('a signed PUT', () => describePuts(() => subject, keys));
  describe('an object', () => describeObjects(() => subject));
  describe('a signed GET of a range', () => describeRanges(() => subject));
}

function describePuts(get: () => ObjectSubject, keys: readonly string[]): void {
  test.each(keys)('stores the bytes that were promised (%s)', async (key) => {
    const { objects, put } = get();
    const { bytes, ...promise } = newObject();
    expect(await put({ ...(await objects.signPut({ key, ...promise })), bytes })).toBe(200);
    expect(await objects.head(key)).toMatchObject({ size: 1000, sha256: promise.sha256, writer: WRITER });
    expect(Buffer.from((await objects.read(key)) ?? [])).toEqual(Buffer.from(bytes));
    const read = await get().get(await objects.signGet(key));
    expect(read.status).toBe(200);
    expect(Buffer.from(read.bytes)).toEqual(Buffer.from(bytes));
  });

  test('is used once: a second one is told that the object exists', async () => {
    const { objects, put } = get();
    const { bytes, ...promise } = newObject();
    const key = freshKey();
    const signed = await objects.signPut({ key, ...promise });
    expect(await put({ ...signed, bytes })).toBe(200);
    expect(await put({ ...signed, bytes })).toBe(412);
    expect(await put({ ...(await objects.signPut({ key, ...promise, writer: 'b'.repeat(32) })), bytes })).toBe(412);
    expect((await objects.head(key))?.writer).toBe(WRITER);
  });

  test('of other bytes of the same length is refused, and stores nothing', async () => {
    const { objects, put } = get();
    const { bytes: _promised, ...promise } = newObject();
    const key = freshKey();
    expect(await put({ ...(await objects.signPut({ key, ...promise })), bytes: newObject().bytes })).toBe(400);
    expect(await objects.head(key)).toBeUndefined();
  });

  test('of another length is refused, and stores nothing', async () => {
    const { objects, put } = get();
    const { bytes, ...promise } = newObject();
    const key = freshKey();
    const signed = await objects.signPut({ key, ...promise });
    expect(await put({ ...signed, bytes: bytes.subarray(1) })).toBe(403);
    expect(await put({ ...signed, bytes: Buffer.concat([bytes, bytes]) })).toBe(403);
    expect(await objects.head(key)).toBeUndefined();
  });

  test('is refused without any one of its headers, or with another value of it', async () => {
    const { objects, put } = get();
    const { bytes, ...promise } = newObject();
    const key = freshKey();
    const { url, headers } = await objects.signPut({ key, ...promise });
    expect(Object.keys(headers).toSorted()).toEqual([
      'if-none-match',
      'x-amz-checksum-sha256',
      'x-amz-meta-writer',
      'x-amz-sdk-checksum-algorithm',
    ]);
    for (const name of Object.keys(headers)) {
      const { [name]: _left, ...others } = headers;
      expect([name, await put({ url, headers: others, bytes })]).toEqual([name, 403]);
      expect([name, await put({ url, headers: { ...others, [name]: 'other' }, bytes })]).toEqual([name, 403]);
    }
    expect(await objects.head(key)).toBeUndefined();
  });

  test('is for its key alone', async () => {
    const { objects, put } = get();
    const { bytes, ...promise } = newObject();
    const key = freshKey();
    const { url, headers } = await objects.signPut({ key, ...promise });
    const other = freshKey();
    const moved = url.replace(key, other).replace(encodeURIComponent(key), encodeURIComponent(other));
    expect(moved).not.toBe(url);
    expect(await put({ url: moved, headers, bytes })).toBe(403);
    expect(await objects.head(other)).toBeUndefined();
  });

  test('and a signed GET are refused when their time is over', async () => {
    const { put, signedAgo } = get();
    const { bytes, ...promise } = newObject();
    const [early, late] = [signedAgo(SIGNED_URL_MS - 60_000), signedAgo(SIGNED_URL_MS + 60_000)];
    const key = freshKey();
    expect(await put({ ...(await late.signPut({ key, ...promise })), bytes })).toBe(403);
    expect(await put({ ...(await early.signPut({ key, ...promise })), bytes })).toBe(200);
    expect((await get().get(await late.signGet(key))).status).toBe(403);
    expect((await get().get(await early.signGet(key))).status).toBe(200);
  });

  test('of no bytes is a PUT as any other', async () => {
    const { objects, put } = get();
    const { bytes, ...promise } = newObject(0);
    const key = freshKey();
    expect(await put({ ...(await objects.signPut({ key, ...promise })), bytes })).toBe(200);
    expect(await objects.head(key)).toMatchObject({ size: 0, sha256: promise.sha256 });
  });
}

function describeObjects(get: () => ObjectSubject): void {
  test('that is not there has no head and no bytes', async () => {
    const { objects } = get();
    const key = freshKey();
    expect(await objects.head(key)).toBeUndefined();
    expect(await objects.read(key)).toBeUndefined();
    expect(await objects.read(key, { offset: 0, length: 1 })).toBeUndefined();
    expect((await get().get(await objects.signGet(key))).status).toBe(404);
  });

  test('is written by the server without a writer, once, and a repeat is success', async () => {
    const { objects } = get();
    const { bytes, sha256 } = newObject(600_000);
    const key = freshKey();
    await objects.write({ key, sha256, bytes });
    await objects.write({ key, sha256, bytes });
    const head = await objects.head(key);
    expect(head).toMatchObject({ size: 600_000, sha256 });
    expect(head?.writer).toBeUndefined();
    expect(Buffer.from((await objects.read(key)) ?? [])).toEqual(Buffer.from(bytes));
  });

  test('is not written under the hash of other bytes', async () => {
    const { objects } = get();
    const key = freshKey();
    await expect(objects.write({ key, sha256: newObject().sha256, bytes: newObject().bytes })).rejects.toThrow();
    expect(await objects.head(key)).toBeUndefined();
  });

  test('is read in ranges', async () => {
    const { objects } = get();
    const { bytes, sha256 } = newObject();
    const key = freshKey();
    await objects.write({ key, sha256, bytes });
    const range = async (offset: number, length: number) =>
      Buffer.from((await objects.read(key, { offset, length })) ?? []);
    expect(await range(0, 1)).toEqual(Buffer.from(bytes.subarray(0, 1)));
    expect(await range(10, 20)).toEqual(Buffer.from(bytes.subarray(10, 30)));
    expect(await range(990, 10)).toEqual(Buffer.from(bytes.subarray(990)));
    // A range may end behind the object: what there is of it comes.
    expect(await range(990, 100)).toEqual(Buffer.from(bytes.subarray(990)));
  });
}

function describeRanges(get: () => ObjectSubject): void {
  const put = async () => {
    const { bytes, sha256 } = newObject();
    const key = freshKey();
    await get().objects.write({ key, sha256, bytes });
    return { key, bytes };
  };

  test('answers these bytes', async () => {
    const { key, bytes } = await put();
    for (const [offset, length] of [
      [0, 1],
      [10, 20],
      [990, 10],
      [0, 1000],
    ] as const) {
      const url = await get().objects.signGet(key, { offset, length });
      const read = await get().get(url, [offset, offset + length - 1]);
      expect([read.status, Buffer.from(read.bytes)]).toEqual([
        206,
        Buffer.from(bytes.subarray(offset, offset + length)),
      ]);
    }
  });

  test('answers no other bytes of the object: neither another range nor the whole', async () => {
    const { key } = await put();
    const url = await get().objects.signGet(key, { offset: 100, length: 50 });
    const others: (Range | undefined)[] = [[0, 49], [100, 150], [99, 149], [100, 148], [0, 999], undefined];
    for (const range of others) {
      expect([range, (await get().get(url, range)).status]).toEqual([range, 403]);
    }
    expect((await get().get(url, [100, 149])).status).toBe(206);
  });

  test('that has lost its range is no GET of the whole', async () => {
    const { key } = await put();
    const url = await get().objects.signGet(key, { offset: 100, length: 50 });
    const stripped = url
      .replace(/host%3Brange/, 'host')
      .replace(/headers=range/, 'headers=')
      .replace(/x-range=[\d-]+&/, '');
    expect(stripped).not.toBe(url);
    for (const range of [undefined, [100, 149], [0, 9]] as const) {
      expect([range, (await get().get(stripped, range)).status]).toEqual([range, 403]);
    }
  });

  test('of nothing is never signed', async () => {
    await expect(get().objects.signGet(freshKey(), { offset: 1, length: 0 })).rejects.toThrow('a range has a byte');
  });
}
