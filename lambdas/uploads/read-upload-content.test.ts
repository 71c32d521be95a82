import { beforeEach, expect, test } from '@jest/globals';
import {
  CONTENT_PAGE_CHUNKS_MAX,
  encodeUlid,
  type ServerMessage,
  UPLOAD_SESSION_MS,
  type UploadId,
} from '@syncline/protocol';
import { ChunkedAuthor, type OpenUpload } from '../../test/support/chunked-author.ts';
import { chunkOf, join, type Member, textBytes } from '../../test/support/in-memory-member.ts';
import { InMemoryService } from '../../test/support/in-memory-service.ts';

const PARTS = ['one ', 'two ', 'three ', 'four '];
let service: InMemoryService;
let desk: Member;
let phone: Member;
let author: ChunkedAuthor;

beforeEach(async () => {
  service = new InMemoryService();
  desk = await join(service, 'ada', 'desk');
  phone = await join(service, 'ada', 'phone');
  author = new ChunkedAuthor(service, desk);
});

function read(member: Member, { uploadId }: { readonly uploadId: UploadId }, from?: number) {
  const query = from === undefined ? {} : { from: String(from) };
  return service.invoke('getUploadContent', { parameters: { uploadId }, query }, member);
}

async function readBy(member: Member, upload: { readonly uploadId: UploadId }, from?: number) {
  const answer = await read(member, upload, from);
  if (!answer.ok) throw new Error(`refused: ${answer.problem.detail}`);
  return answer.value;
}

function textsOf(chunks: readonly { readonly url: string }[]): readonly string[] {
  return chunks.map(({ url }) => Buffer.from(service.stores.objects.get({ url }).bytes).toString());
}

const NOT_FOUND = { ok: false, status: 404, problem: { code: 'not_found', detail: 'there is no such upload' } };

/** Lets somebody else have a role in a namespace; there is no route for it yet. */
function share(member: Member, role: 'editor' | 'viewer' | undefined): void {
  service.stores.namespaces.setRole({ namespaceId: desk.namespaceId, accountId: member.accountId, role });
}

test('another device reads the confirmed chunks of an open upload, each with its place, and nothing of the others', async () => {
  const upload = await author.open(PARTS);
  author.send(upload);
  await author.report(upload, [1, 3]);
  const content = await readBy(phone, upload);
  expect(content).toMatchObject({ namespaceId: desk.namespaceId, size: 19, chunkCount: 4 });
  expect(content.chunks.map(({ index, offset, hash, size }) => ({ index, offset, hash, size }))).toEqual([
    { index: 1, offset: 4, ...chunkOf(textBytes('two ')) },
    { index: 3, offset: 14, ...chunkOf(textBytes('four ')) },
  ]);
  expect(textsOf(content.chunks)).toEqual(['two ', 'four ']);
  expect(content).not.toHaveProperty('next');
  expect(JSON.stringify(content)).not.toContain(chunkOf(textBytes('one ')).hash);
});

test('a chunk that was sent is not told before it is confirmed', async () => {
  const upload = await author.open(PARTS);
  author.send(upload);
  expect((await readBy(phone, upload)).chunks).toEqual([]);
});

test('a hash that the uploader never showed to possess is not told, whoever stores it', async () => {
  const bob = await join(service, 'bob');
  await new ChunkedAuthor(service, bob).put({ name: 'secret' }, ['a secret ', 'two ']);
  const upload = await author.open(['a secret ', 'two ']);
  expect(upload.prove).toHaveLength(2);
  expect((await readBy(phone, upload)).chunks).toEqual([]);
  expect((await readBy(desk, upload)).chunks).toEqual([]);
});

test('a reader goes on where it was, page by page', async () => {
  const parts = Array.from({ length: CONTENT_PAGE_CHUNKS_MAX + 20 }, (_, index) => `${index} `);
  const upload = await author.open(parts);
  for (let start = 0; start < parts.length; start += 200) {
    await author.report(
      { ...upload, missing: [...upload.missing, ...(await missingOf(upload, parts.slice(500)))] },
      Array.from(parts.keys()).slice(start, start + 200),
    );
  }
  const first = await readBy(phone, upload, 10);
  expect(first.chunks.map(({ index }) => index)).toEqual(
    Array.from({ length: CONTENT_PAGE_CHUNKS_MAX }, (_, index) => index + 10),
  );
  const second = await readBy(phone, upload, first.next);
  expect(second.chunks.map(({ index }) => index)).toEqual(Array.from({ length: 10 }, (_, index) => index + 510));
  expect(second.next).toBeUndefined();
  expect((await readBy(phone, upload, parts.length)).chunks).toEqual([]);
});

/** PUTs of chunks that an initiation had no room for. */
async function missingOf({ uploadId }: OpenUpload, parts: readonly string[]) {
  const hashes = parts.map((part) => chunkOf(textBytes(part)).hash);
  const answer = await service.invoke('checkChunks', { parameters: { uploadId }, body: { hashes } }, desk);
  return answer.ok ? answer.value.missing : [];
}

test('a member of the namespace reads it, whatever their role', async () => {
  const bob = await join(service, 'bob');
  const upload = await author.open(PARTS);
  await author.report(upload);
  for (const role of ['viewer', 'editor'] as const) {
    share(bob, role);
    expect(textsOf((await readBy(bob, upload)).chunks)).toEqual(PARTS);
  }
});

test('a foreign upload, a missing one and an expired one are answered alike', async () => {
  const bob = await join(service, 'bob');
  const upload = await author.open(PARTS);
  await author.report(upload);
  expect(await read(bob, upload)).toMatchObject(NOT_FOUND);
  const uploadId = encodeUlid(new Uint8Array(16).fill(7)) as UploadId;
  expect(await read(phone, { uploadId })).toMatchObject(NOT_FOUND);
  service.stores.clock.advance(UPLOAD_SESSION_MS + 1000);
  expect(await read(phone, upload)).toMatchObject(NOT_FOUND);
});

test('a member who was removed reads nothing more', async () => {
  const bob = await join(service, 'bob');
  share(bob, 'viewer');
  const upload = await author.open(PARTS);
  await author.report(upload, [0]);
  expect((await readBy(bob, upload)).chunks).toHaveLength(1);
  share(bob, undefined);
  await author.report(upload, [1]);
  expect(await read(bob, upload)).toMatchObject(NOT_FOUND);
});

test.each(['viewer', undefined] as const)('what a writer goes on sending as %s is read by nobody', async (role) => {
  const bob = await join(service, 'bob');
  share(bob, 'editor');
  const writer = new ChunkedAuthor(service, { ...bob, namespaceId: desk.namespaceId });
  const upload = await writer.open(PARTS);
  await writer.report(upload);
  expect((await readBy(phone, upload)).chunks).toHaveLength(4);
  share(bob, role);
  expect(await read(phone, upload)).toMatchObject(NOT_FOUND);
});

test('a device that was unlinked reads nothing', async () => {
  const upload = await author.open(PARTS);
  await author.report(upload);
  await service.invoke('unlinkDevice', { parameters: { deviceId: phone.deviceId }, query: {} }, desk);
  expect(await read(phone, upload)).toMatchObject({ ok: false, problem: { code: 'unauthenticated' } });
});

test('progress is told to the other devices of all members, and to nobody who is none', async () => {
  const [bob, eve] = [await join(service, 'bob'), await join(service, 'eve')];
  share(bob, 'viewer');
  const told: string[] = [];
  const { pusher, sockets, clock } = service.stores;
  for (const [name, member] of Object.entries({ desk, phone, bob, eve })) {
    pusher.open(name, { receive: ({ type }: ServerMessage) => told.push(`${name}: ${type}`), closed: () => undefined });
    await sockets.putConnection({ ...member, connectionId: name, expiresAt: clock.now() + 60_000 } as never);
  }
  const upload = await author.open(PARTS);
  await author.report(upload, [0]);
  expect(told.toSorted()).toEqual(['bob: progress', 'phone: progress']);
  told.length = 0;
  share(bob, undefined);
  await author.report(upload, [1]);
  expect(told).toEqual(['phone: progress']);
});

test('of an upload into a namespace that its uploader was removed from nobody is told', async () => {
  const bob = await join(service, 'bob');
  share(bob, 'editor');
  const told: ServerMessage[] = [];
  const { pusher, sockets, clock } = service.stores;
  pusher.open('phone', { receive: (message) => told.push(message), closed: () => undefined });
  await sockets.putConnection({ ...phone, connectionId: 'phone', expiresAt: clock.now() + 60_000 } as never);
  const writer = new ChunkedAuthor(service, { ...bob, namespaceId: desk.namespaceId });
  const upload = await writer.open(PARTS);
  await writer.report(upload, [0]);
  expect(told).toHaveLength(1);
  share(bob, undefined);
  await expect(writer.report(upload, [1])).rejects.toThrow('there is no such upload');
  expect(told).toHaveLength(1);
});
