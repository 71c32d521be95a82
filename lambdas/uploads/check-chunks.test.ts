import { expect, test } from '@jest/globals';
import {
  type ChunkHash,
  type ServerMessage,
  UPLOAD_SESSION_MS,
  type UploadFile,
  type UploadId,
} from '@syncline/protocol';
import {
  chunkOf,
  fileOf,
  fileOfChunks,
  join,
  type Member,
  putChunk,
  textBytes,
} from '../../test/support/in-memory-member.ts';
import { InMemoryService } from '../../test/support/in-memory-service.ts';
import { chunkObjectKey } from '../chunks/chunk-index.ts';
import { possessionProof } from '../chunks/possession.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { CONFIRM_TRIES_MAX } from './limits.ts';

const HELLO = textBytes('hello');
const WORLD = textBytes('worlds');

async function initiate(service: InMemoryService, member: Member, file: UploadFile) {
  const answer = await service.invoke('initiateUploads', { body: { files: [file] } }, member);
  const upload = answer.ok ? answer.value.uploads[0] : undefined;
  if (upload === undefined) throw new Error('refused');
  return upload;
}

interface Check {
  readonly hashes?: ChunkHash[];
  readonly stored?: ChunkHash[];
  readonly proofs?: { readonly hash: ChunkHash; readonly proof: string }[];
}

function check(service: InMemoryService, member: Member, { uploadId, ...body }: Check & { uploadId: UploadId }) {
  return service.invoke('checkChunks', { parameters: { uploadId }, body }, member);
}

async function checked(service: InMemoryService, member: Member, asked: Check & { uploadId: UploadId }) {
  const answer = await check(service, member, asked);
  if (!answer.ok) throw new Error(`refused: ${answer.problem.detail}`);
  return answer.value;
}

async function opened(service: InMemoryService, member: Member, contents: readonly Uint8Array[]) {
  const upload = await initiate(service, member, fileOf(member.namespaceId, contents));
  for (const chunk of upload.missing) {
    const bytes = contents.find((each) => chunkOf(each).hash === chunk.hash) ?? new Uint8Array();
    expect(putChunk(service, chunk, bytes)).toBe(200);
  }
  return upload;
}

test('a chunk that was sent is held once it is reported, and counts as progress', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { uploadId } = await opened(service, alice, [HELLO, WORLD, HELLO]);
  const first = await checked(service, alice, { uploadId, stored: [chunkOf(HELLO).hash] });
  expect(first).toEqual({
    held: [chunkOf(HELLO).hash],
    missing: [],
    prove: [],
    progress: { storedBytes: 10, totalBytes: 16 },
  });
  const second = await checked(service, alice, { uploadId, stored: [chunkOf(WORLD).hash] });
  expect(second.progress).toEqual({ storedBytes: 16, totalBytes: 16 });
});

test('a chunk that was never sent stays missing, whatever the client reports, with a fresh PUT', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { uploadId } = await initiate(service, alice, fileOf(alice.namespaceId, [HELLO]));
  service.stores.clock.advance(3_600_000);
  const answer = await checked(service, alice, { uploadId, stored: [chunkOf(HELLO).hash] });
  expect(answer).toMatchObject({ held: [], prove: [], progress: { storedBytes: 0, totalBytes: 5 } });
  const [missing] = answer.missing;
  if (missing === undefined) throw new Error('the chunk is missing');
  expect(putChunk(service, missing, HELLO)).toBe(200);
});

test('asking alone changes nothing: what was sent and not reported is still missing', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { uploadId } = await opened(service, alice, [HELLO]);
  const answer = await checked(service, alice, { uploadId, hashes: [chunkOf(HELLO).hash] });
  expect(answer).toMatchObject({ held: [], missing: [{ hash: chunkOf(HELLO).hash }] });
});

test('the same check twice answers the same', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { uploadId } = await opened(service, alice, [HELLO, WORLD]);
  const body = { stored: [chunkOf(HELLO).hash], hashes: [chunkOf(WORLD).hash, chunkOf(HELLO).hash] };
  const first = await checked(service, alice, { uploadId, ...body });
  expect(await checked(service, alice, { uploadId, ...body })).toEqual(first);
  expect(first.held).toEqual([chunkOf(HELLO).hash]);
});

test('a right proof makes a chunk held, and the next file with it needs neither bytes nor proof', async () => {
  const service = new InMemoryService();
  const [alice, bob] = [await join(service, 'alice'), await join(service, 'bob')];
  const sent = await opened(service, alice, [HELLO]);
  await checked(service, alice, { uploadId: sent.uploadId, stored: [chunkOf(HELLO).hash] });
  const { uploadId, prove } = await initiate(service, bob, fileOf(bob.namespaceId, [HELLO]));
  const proof = possessionProof(prove[0]?.challenge ?? '', HELLO);
  const answer = await checked(service, bob, { uploadId, proofs: [{ hash: chunkOf(HELLO).hash, proof }] });
  expect(answer).toMatchObject({ held: [chunkOf(HELLO).hash], progress: { storedBytes: 5 } });
  const again = await initiate(service, bob, fileOf(bob.namespaceId, [HELLO]));
  expect(again).toMatchObject({ missing: [], prove: [], more: false });
});

test('any device of the account goes on with a session', async () => {
  const service = new InMemoryService();
  const [desk, phone] = [await join(service, 'alice', 'desk'), await join(service, 'alice', 'phone')];
  const { uploadId } = await opened(service, desk, [HELLO]);
  const answer = await checked(service, phone, { uploadId, stored: [chunkOf(HELLO).hash] });
  expect(answer.held).toEqual([chunkOf(HELLO).hash]);
});

test('an expired session is refused as such', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { uploadId } = await opened(service, alice, [HELLO]);
  service.stores.clock.advance(UPLOAD_SESSION_MS);
  const answer = await check(service, alice, { uploadId, stored: [chunkOf(HELLO).hash] });
  expect(answer).toMatchObject({ ok: false, problem: { code: 'upload_expired', remedy: 'upload-chunks' } });
});

test('every hash that is not of the upload is refused by its place, and the rest is not looked at', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { uploadId } = await opened(service, alice, [HELLO]);
  const stranger = chunkOf(WORLD).hash;
  const answer = await check(service, alice, {
    uploadId,
    stored: [chunkOf(HELLO).hash, stranger],
    hashes: [stranger],
    proofs: [{ hash: stranger, proof: '0'.repeat(64) }],
  });
  const paths = answer.ok ? [] : answer.problem.details?.fields?.map(({ path }) => path);
  expect(paths).toEqual(['body.hashes.0', 'body.stored.1', 'body.proofs.0.hash']);
  const later = await checked(service, alice, { uploadId, hashes: [chunkOf(HELLO).hash] });
  expect(later.progress.storedBytes).toBe(0);
});

test('an object whose bytes are not the chunk is never trusted', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { uploadId } = await initiate(service, alice, fileOf(alice.namespaceId, [HELLO]));
  const { objects } = service.stores;
  const head = objects.head.bind(objects);
  objects.head = async (key) => ({ ...(await head(key)), size: 5, sha256: chunkOf(WORLD).hash });
  const answer = await checked(service, alice, { uploadId, stored: [chunkOf(HELLO).hash] });
  expect(answer).toMatchObject({ held: [], missing: [{ hash: chunkOf(HELLO).hash }] });
});

test('an object for which the store has no checksum is never trusted', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { uploadId } = await opened(service, alice, [HELLO]);
  const { objects } = service.stores;
  const head = objects.head.bind(objects);
  objects.head = async (key) => {
    const { size = 0, writer = '' } = (await head(key)) ?? {};
    return { size, writer };
  };
  const answer = await checked(service, alice, { uploadId, stored: [chunkOf(HELLO).hash] });
  expect(answer.held).toEqual([]);
});

test('a chunk of a long manifest is found where it stands', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const filler = Array.from({ length: 99 }, (_, index) => chunkOf(textBytes(`filler ${index}`)));
  const file = fileOfChunks(alice.namespaceId, [...filler, chunkOf(HELLO)]);
  const { uploadId, missing } = await initiate(service, alice, file);
  const last = missing.at(-1);
  if (last === undefined) throw new Error('all chunks are missing');
  expect(putChunk(service, last, HELLO)).toBe(200);
  const answer = await checked(service, alice, { uploadId, stored: [chunkOf(HELLO).hash] });
  expect(answer.progress).toEqual({ storedBytes: 5, totalBytes: file.size });
});

test('checks of one session that run at the same time lose nothing of each other', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const contents = Array.from({ length: 20 }, (_, index) => textBytes(`chunk ${index}`));
  const { uploadId } = await opened(service, alice, contents);
  const hashes = contents.map((bytes) => chunkOf(bytes).hash);
  await Promise.all(hashes.slice(0, 7).map((hash) => checked(service, alice, { uploadId, stored: [hash] })));
  const session = (await service.stores.uploads.get([uploadId])).get(uploadId);
  expect([...(session?.confirmed ?? [])]).toEqual([0b1111_1110, 0, 0]);
});

test('a session that others always write first is unavailable after a bounded number of tries', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { uploadId } = await opened(service, alice, [HELLO]);
  let tries = 0;
  service.stores.uploads.confirm = async () => {
    tries++;
    return false;
  };
  const answer = await check(service, alice, { uploadId, stored: [chunkOf(HELLO).hash] });
  expect(answer).toMatchObject({ ok: false, problem: { code: 'unavailable' } });
  expect(tries).toBe(CONFIRM_TRIES_MAX);
});

test('progress is pushed to the other devices of the account, and to nobody else', async () => {
  const service = new InMemoryService();
  const desk = await join(service, 'alice', 'desk');
  const received = new Map<string, ServerMessage[]>();
  for (const [subject, device] of [
    ['alice', 'desk'],
    ['alice', 'phone'],
    ['bob', 'desk'],
  ] as const) {
    const member = await join(service, subject, device);
    const connectionId = `${subject}/${device}`;
    await connect(service, member, { connectionId, received });
  }
  const { uploadId } = await opened(service, desk, [HELLO, WORLD]);
  await checked(service, desk, { uploadId, hashes: [chunkOf(WORLD).hash], stored: [chunkOf(HELLO).hash] });
  await checked(service, desk, { uploadId, stored: [chunkOf(HELLO).hash] });
  expect([...received]).toEqual([
    ['alice/desk', []],
    [
      'alice/phone',
      [
        {
          type: 'progress',
          namespaceId: desk.namespaceId,
          uploadId,
          deviceId: desk.deviceId,
          storedBytes: 5,
          totalBytes: 11,
        },
      ],
    ],
    ['bob/desk', []],
  ]);
});

test('a push that fails does not fail the check, and is counted', async () => {
  const service = new InMemoryService();
  const [desk, phone] = [await join(service, 'alice', 'desk'), await join(service, 'alice', 'phone')];
  await connect(service, phone, { connectionId: 'phone', received: new Map() });
  service.stores.pusher.post = async () => {
    throw new UnavailableError('no answer');
  };
  const { uploadId } = await opened(service, desk, [HELLO]);
  const answer = await checked(service, desk, { uploadId, stored: [chunkOf(HELLO).hash] });
  expect(answer.held).toEqual([chunkOf(HELLO).hash]);
  expect(service.stores.telemetry.counts.get('pushesFailed')).toBe(1);
});

test('proofs of chunks whose object is gone are answered with a PUT', async () => {
  const service = new InMemoryService();
  const [alice, bob] = [await join(service, 'alice'), await join(service, 'bob')];
  const sent = await opened(service, alice, [HELLO]);
  await checked(service, alice, { uploadId: sent.uploadId, stored: [chunkOf(HELLO).hash] });
  const { uploadId, prove } = await initiate(service, bob, fileOf(bob.namespaceId, [HELLO]));
  service.stores.chunks.sweep('shared', chunkOf(HELLO).hash, 'deleted');
  const { objects } = service.stores;
  objects.head = async (key) => (key === chunkObjectKey('shared', chunkOf(HELLO).hash) ? undefined : fail(key));
  const proof = possessionProof(prove[0]?.challenge ?? '', HELLO);
  const answer = await checked(service, bob, { uploadId, proofs: [{ hash: chunkOf(HELLO).hash, proof }] });
  expect(answer).toMatchObject({ held: [], prove: [], missing: [{ hash: chunkOf(HELLO).hash }] });
});

function fail(key: string): never {
  throw new Error(`nobody asked for ${key}`);
}

async function connect(
  service: InMemoryService,
  member: Member,
  to: { readonly connectionId: string; readonly received: Map<string, ServerMessage[]> },
): Promise<void> {
  const { sockets, pusher, clock } = service.stores;
  const messages: ServerMessage[] = [];
  to.received.set(to.connectionId, messages);
  pusher.open(to.connectionId, { receive: (message) => messages.push(message), closed: () => undefined });
  const expiresAt = (clock.now() + 60_000) as ReturnType<typeof clock.now>;
  await sockets.putConnection({ ...member, deviceId: member.deviceId, connectionId: to.connectionId, expiresAt });
}
