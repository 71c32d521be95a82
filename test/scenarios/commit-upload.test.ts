import { expect, test } from '@jest/globals';
import {
  COMMIT_CONFIRM_CHUNKS_MAX,
  type MissingChunk,
  rootNodeId,
  UPLOAD_SESSION_MS,
  type UploadFile,
  UploadId,
} from '@syncline/protocol';
import { CommitWorld, committed } from '../support/commit-world.ts';
import { chunkOf, fileOf, fileOfChunks, type Member, putChunk, textBytes } from '../support/in-memory-member.ts';
import type { InMemoryServiceOptions } from '../support/in-memory-service.ts';

async function twoAccounts(options: InMemoryServiceOptions = {}) {
  const world = new CommitWorld(options);
  return { world, ann: await world.device('desk', 'ann'), eve: await world.device('phone', 'eve') };
}

async function open(world: CommitWorld, member: Member, file: UploadFile) {
  const answer = await world.service.invoke('initiateUploads', { body: { files: [file] } }, member);
  if (!answer.ok || answer.value.uploads[0] === undefined) throw new Error('an upload is opened');
  return answer.value.uploads[0];
}

function put(member: Member, uploadId: UploadId, name = 'a.bin') {
  const parentId = rootNodeId(member.namespaceId);
  return { type: 'put', parentId, name, baseRev: 0, clock: 1, onConflict: 'keep_both', uploadId } as const;
}

function missing(...hashes: readonly string[]) {
  return { status: 'error', error: { code: 'chunks_missing', remedy: 'upload-chunks', details: { missing: hashes } } };
}

test('a commit that names an absent chunk says which, and changes nothing', async () => {
  const { world, ann } = await twoAccounts();
  const [here, absent] = [textBytes('here'), textBytes('absent')];
  const upload = await open(world, ann, fileOf(ann.namespaceId, [here, absent]));
  putChunk(world.service, upload.missing[0] as MissingChunk, here);
  expect(await world.tryOne(ann, put(ann, upload.uploadId))).toMatchObject(missing(chunkOf(absent).hash));
  expect(await world.head(ann)).toBe(0);
  putChunk(world.service, upload.missing[1] as MissingChunk, absent);
  expect(await world.tryOne(ann, put(ann, upload.uploadId))).toMatchObject({ status: 'committed' });
});

test('somebody who knows a hash does not become a holder by committing before the one who sent the bytes', async () => {
  const { world, ann, eve } = await twoAccounts();
  const secret = textBytes('the secret');
  const { hash } = chunkOf(secret);
  const theft = await open(world, eve, fileOf(eve.namespaceId, [secret]));
  const upload = await open(world, ann, fileOf(ann.namespaceId, [secret]));
  putChunk(world.service, upload.missing[0] as MissingChunk, secret);
  expect(await world.tryOne(eve, put(eve, theft.uploadId))).toMatchObject(missing(hash));
  expect(await world.tryOne(ann, put(ann, upload.uploadId))).toMatchObject({ status: 'committed' });
  expect(await world.tryOne(eve, put(eve, theft.uploadId))).toMatchObject(missing(hash));
  expect(await world.head(eve)).toBe(0);
});

test('of two accounts that send one chunk at the same time, the second proves it instead', async () => {
  const { world, ann, eve } = await twoAccounts();
  const bytes = textBytes('both have this');
  const uploads = [
    await open(world, ann, fileOf(ann.namespaceId, [bytes])),
    await open(world, eve, fileOf(eve.namespaceId, [bytes])),
  ];
  const statuses = uploads.map((upload) => putChunk(world.service, upload.missing[0] as MissingChunk, bytes));
  expect(statuses).toEqual([200, 412]);
  expect(await world.tryOne(ann, put(ann, uploads[0]?.uploadId as UploadId))).toMatchObject({ status: 'committed' });
  expect(await world.tryOne(eve, put(eve, uploads[1]?.uploadId as UploadId))).toMatchObject(
    missing(chunkOf(bytes).hash),
  );
});

test('what the account holds already is committed without sending it again', async () => {
  const { world, ann } = await twoAccounts();
  const first = await world.put(ann, { name: 'a.txt', text: 'held' });
  const upload = await open(world, ann, fileOf(ann.namespaceId, [textBytes('held')]));
  expect(upload.missing).toEqual([]);
  const second = await world.tryOne(ann, put(ann, upload.uploadId, 'b.txt'));
  expect(second).toMatchObject({ status: 'committed', node: { contentHash: first.node.contentHash } });
});

test('a chunk that the commit has confirmed is pinned for longer than any session lasts', async () => {
  const { world, ann } = await twoAccounts();
  await world.put(ann, { name: 'a.txt', text: 'kept' });
  const { hash } = chunkOf(textBytes('kept'));
  const { chunks, clock } = world.service.stores;
  const pinnedUntil = (await chunks.locate('shared', [hash])).get(hash)?.pinnedUntil;
  expect(pinnedUntil).toBeGreaterThan(clock.now() + UPLOAD_SESSION_MS);
});

test('a chunk that was swept after its upload was opened is missing', async () => {
  const { world, ann } = await twoAccounts();
  await world.put(ann, { name: 'a.txt', text: 'swept' });
  const [swept, fresh] = [textBytes('swept'), textBytes('fresh')];
  const upload = await open(world, ann, fileOf(ann.namespaceId, [swept, fresh]));
  putChunk(world.service, upload.missing[0] as MissingChunk, fresh);
  const { uploads, chunks } = world.service.stores;
  const session = (await uploads.get([upload.uploadId])).get(upload.uploadId);
  // A session whose pin was never confirmed, and an object of somebody else's under the hash.
  await uploads.confirm({ uploadId: upload.uploadId, version: session?.version ?? 0, confirmed: new Uint8Array(1) });
  chunks.sweep('shared', chunkOf(swept).hash, 'deleted');
  const eve = await world.device('phone', 'eve');
  const head = world.service.stores.objects.head.bind(world.service.stores.objects);
  world.service.stores.objects.head = async (key) => {
    const found = await head(key);
    return found === undefined || !key.endsWith(chunkOf(swept).hash) ? found : { ...found, writer: eve.accountId };
  };
  expect(await world.tryOne(ann, put(ann, upload.uploadId))).toMatchObject(missing(chunkOf(swept).hash));
});

test('a chunk that is swept between the look and the pin is missing', async () => {
  const { world, ann } = await twoAccounts();
  await world.put(ann, { name: 'a.txt', text: 'swept' });
  const { hash } = chunkOf(textBytes('swept'));
  const upload = await open(world, ann, fileOf(ann.namespaceId, [textBytes('swept')]));
  const { uploads, chunks, objects } = world.service.stores;
  const session = (await uploads.get([upload.uploadId])).get(upload.uploadId);
  await uploads.confirm({ uploadId: upload.uploadId, version: session?.version ?? 0, confirmed: new Uint8Array(1) });
  // The sweep takes the object first, and then its record.
  objects.head = async () => undefined;
  chunks.sweep('shared', hash, 'condemned');
  const pin = chunks.pin.bind(chunks);
  chunks.pin = async (pins) => {
    chunks.sweep('shared', hash, 'deleted');
    return pin(pins);
  };
  expect(await world.tryOne(ann, put(ann, upload.uploadId, 'b.txt'))).toMatchObject(missing(hash));
});

test('a manifest that gives a stored chunk another length is not believed', async () => {
  const { world, ann } = await twoAccounts();
  await world.put(ann, { name: 'a.txt', text: 'five!' });
  const { hash } = chunkOf(textBytes('five!'));
  const upload = await open(world, ann, fileOfChunks(ann.namespaceId, [{ hash, size: 4 }]));
  expect(await world.tryOne(ann, put(ann, upload.uploadId, 'b.txt'))).toMatchObject(missing(hash));
});

test('unknown, foreign and expired uploads are answered alike', async () => {
  const { world, ann, eve } = await twoAccounts();
  const gone = { status: 'error', error: { code: 'upload_expired', remedy: 'upload-chunks' } };
  expect(await world.tryOne(ann, put(ann, UploadId.parse('00000000000000000000000001')))).toMatchObject(gone);
  const foreign = await world.upload(ann, 'one');
  expect(await world.tryOne(eve, put(eve, foreign))).toMatchObject(gone);
  world.service.stores.clock.advance(UPLOAD_SESSION_MS + 1000);
  expect(await world.tryOne(ann, put(ann, foreign))).toMatchObject(gone);
  expect(await world.head(ann)).toBe(0);
});

test('an upload serves every device of its account', async () => {
  const { world, ann } = await twoAccounts();
  const other = await world.device('laptop', 'ann');
  const uploadId = await world.upload(ann, 'one');
  expect(await world.tryOne(other, put(other, uploadId))).toMatchObject({ status: 'committed' });
});

test('one request confirms a bounded number of chunks; a chunk check takes the rest', async () => {
  const { world, ann } = await twoAccounts();
  const contents = Array.from({ length: COMMIT_CONFIRM_CHUNKS_MAX + 1 }, (_, index) => textBytes(`chunk ${index}`));
  const upload = await open(world, ann, fileOf(ann.namespaceId, contents));
  for (const [index, chunk] of upload.missing.entries()) putChunk(world.service, chunk, contents[index] as Uint8Array);
  const hashes = contents.map((bytes) => chunkOf(bytes).hash);
  expect(await world.tryOne(ann, put(ann, upload.uploadId))).toMatchObject(missing(...hashes));
  const parameters = { uploadId: upload.uploadId };
  const checked = await world.service.invoke('checkChunks', { parameters, body: { stored: hashes } }, ann);
  expect(checked.ok).toBe(true);
  const result = await world.must(ann, put(ann, upload.uploadId));
  expect(await world.read(ann, result.node.nodeId)).toBe(
    contents.map((bytes) => Buffer.from(bytes).toString()).join(''),
  );
});

test('a file that no room is left for is refused with the figures, and the rest of the request goes on', async () => {
  const { world, ann } = await twoAccounts({ quotaBytes: 10 });
  const first = await world.putOperation(ann, { name: 'first', text: '01234567' });
  const second = await world.putOperation(ann, { name: 'second', text: 'abc' });
  const third = await world.putOperation(ann, { name: 'third', text: 'xy' });
  const results = await world.commit(ann, world.name(ann, [first, second, third]));
  expect(results).toMatchObject([
    { status: 'committed', node: { name: 'first' } },
    { status: 'error', error: { code: 'quota_exceeded', details: { quotaBytes: 10, usedBytes: 8 } } },
    { status: 'committed', node: { name: 'third' } },
  ]);
  const { nodeId } = committed(results[0]).node;
  await world.must(ann, { type: 'delete', nodeId, baseRev: 1 });
  expect(await world.tryOne(ann, second)).toMatchObject({ status: 'committed' });
  const back = await world.tryOne(ann, { type: 'restore', nodeId });
  expect(back).toMatchObject({ error: { code: 'quota_exceeded', details: { usedBytes: 5 } } });
});
