import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { NamespaceId } from '@syncline/protocol';
import { bytesOfChunks } from '../../test/bytes-of-chunks.ts';
import { type LoopbackRequest, sha256 } from '../../test/loopback-service.ts';
import { type LoopbackWorld, openLoopbackWorld } from '../../test/loopback-world.ts';
import { createFetchTransport } from '../platform/browser/fetch-transport.ts';
import { type UploadSource, uploadFiles } from './upload-files.ts';

const namespaceId = NamespaceId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAV');
let world: LoopbackWorld;
beforeEach(async () => {
  const opened = await openLoopbackWorld();
  world = { ...opened, transport: createFetchTransport() };
});
afterEach(() => world.close());

/** A file as a browser has it: its parts are sent by name. */
class BrowserFile implements UploadSource {
  readonly namespaceId = namespaceId;
  readonly size: number;
  bytes: Buffer;
  /** Bytes that were read into memory. */
  readBytes = 0;
  failure: Error | undefined;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.size = bytes.length;
  }

  read = async ({ start, end }: { readonly start: number; readonly end: number }): Promise<Uint8Array> => {
    if (this.failure !== undefined) throw this.failure;
    this.readBytes += end - start;
    return this.bytes.subarray(start, end);
  };

  part = ({ start, end }: { readonly start: number; readonly end: number }): Blob =>
    new Blob([this.bytes.subarray(start, end)]);
}

const isPut = ({ method }: LoopbackRequest): boolean => method === 'PUT';
const putsOf = (): number => world.service.requests.filter(isPut).length;

test('a file that the platform reads by itself is read here once, to name its chunks', async () => {
  const file = new BrowserFile(bytesOfChunks(8, 1000));
  const [outcome] = await uploadFiles(world, [file]);
  expect(outcome).toMatchObject({ kind: 'uploaded' });
  expect(file.readBytes).toBe(file.size);
  const chunks = outcome?.kind === 'uploaded' ? outcome.chunks : [];
  const stored = Buffer.concat(chunks.map(({ hash }) => world.service.stored.get(hash) ?? Buffer.alloc(0)));
  expect(stored.equals(file.bytes)).toBe(true);
});

test('a part whose connection is lost is sent again', async () => {
  const faults = ['cut', 'cut-after', { status: 503 }] as const;
  let count = 0;
  world.service.fault = (request) => (isPut(request) ? faults[count++] : undefined);
  const file = new BrowserFile(bytesOfChunks(8));
  expect(await uploadFiles(world, [file])).toMatchObject([{ kind: 'uploaded' }]);
  expect(world.service.stored.size).toBe(8);
});

test('a file that cannot be read any more is told as unreadable, and is not tried on and on', async () => {
  const file = new BrowserFile(bytesOfChunks(2));
  const failure = new Error('it is gone');
  // The browser, which cannot read it either, breaks the connection off.
  world.service.fault = (request) => {
    if (!isPut(request)) return undefined;
    file.failure = failure;
    return 'cut';
  };
  expect(await uploadFiles(world, [file])).toMatchObject([{ kind: 'unreadable', cause: failure }]);
  expect(putsOf()).toBe(2);
});

test('a part that has other bytes than were named ends as changed, and nothing wrong is stored', async () => {
  const file = new BrowserFile(bytesOfChunks(2));
  world.service.fault = (request) => {
    if (request.url === '/v1/uploads') file.bytes = randomBytes(file.size);
    return undefined;
  };
  expect(await uploadFiles(world, [file])).toEqual([{ kind: 'changed' }]);
  expect(world.service.stored.size).toBe(0);
});

test('a part that was only damaged on the way goes out with another address', async () => {
  let isFirst = true;
  world.service.fault = (request) => {
    const isDamaged = isPut(request) && isFirst;
    if (isDamaged) isFirst = false;
    return isDamaged ? { status: 400 } : undefined;
  };
  const file = new BrowserFile(bytesOfChunks(2));
  expect(await uploadFiles(world, [file])).toMatchObject([{ kind: 'uploaded' }]);
  for (const bytes of world.service.stored.values()) expect(file.bytes.includes(bytes)).toBe(true);
  expect(world.service.stored.has(sha256(file.bytes.subarray(0, file.size / 2)))).toBe(true);
});
