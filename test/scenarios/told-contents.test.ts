/** Commits that tell the content of a file, where no upload session does: what they need, and what a name alone does not get. */
import { beforeEach, expect, test } from '@jest/globals';
import {
  COMMIT_CONFIRM_CHUNKS_MAX,
  MANIFEST_INLINE_CHUNKS_MAX,
  rootNodeId,
  type ToldContent,
  type UploadFile,
} from '@syncline/protocol';
import { CommitWorld, committed, type Intent } from '../support/commit-world.ts';
import { openInMemoryClient } from '../support/in-memory-client.ts';
import { chunkOf, fileOf, fileOfChunks, type Member, sha256Hex, textBytes } from '../support/in-memory-member.ts';
import { storePack } from '../support/in-memory-pack.ts';
import { downloadBytes } from '../support/uploaded-files.ts';

const [ONE, TWO] = [textBytes('the first content'), textBytes('the second content')];

let world: CommitWorld;
let ann: Member;
let eve: Member;

beforeEach(async () => {
  world = new CommitWorld();
  ann = await world.device('desk', 'ann');
  eve = await world.device('phone', 'eve');
});

function told({ size, contentHash, chunking, chunks }: UploadFile): ToldContent {
  return { size, contentHash, chunking, chunks };
}

function put(member: Member, content: ToldContent | undefined, name = 'a.txt'): Intent {
  const place = { parentId: rootNodeId(member.namespaceId), name };
  return { type: 'put', ...place, baseRev: 0, clock: 1, onConflict: 'keep_both', ...(content && { content }) };
}

function contentOf(member: Member, ...contents: readonly Uint8Array[]): ToldContent {
  return told(fileOf(member.namespaceId, contents));
}

function missing(...hashes: readonly string[]) {
  return { status: 'error', error: { code: 'chunks_missing', remedy: 'upload-chunks', details: { missing: hashes } } };
}

test('a content whose chunk came in a pack becomes a file, without an upload session', async () => {
  await storePack(world.service, ann, [ONE, TWO]);
  const { node } = await world.must(ann, put(ann, contentOf(ann, TWO)));
  expect(node).toMatchObject({ size: TWO.length, contentHash: contentOf(ann, TWO).contentHash });
  expect(await downloadBytes(openInMemoryClient(world.service, ann), ann, node.nodeId)).toEqual(Buffer.from(TWO));
  expect(world.service.stores.telemetry.counts.get('uploadsOpened')).toBeUndefined();
});

test('an empty content needs no chunk', async () => {
  expect(committed(await world.tryOne(ann, put(ann, contentOf(ann)))).node.size).toBe(0);
});

test('a content becomes the next revision of a file', async () => {
  const { node } = await world.put(ann, { name: 'a.txt', text: 'before' });
  await storePack(world.service, ann, [ONE, TWO]);
  const edit = { ...put(ann, contentOf(ann, ONE, TWO)), nodeId: node.nodeId, baseRev: node.rev } as Intent;
  expect(await world.must(ann, edit)).toMatchObject({ node: { nodeId: node.nodeId, contentRev: 2 } });
});

test('a content of which a chunk is not stored is refused with the chunk, and nothing is written', async () => {
  await storePack(world.service, ann, [ONE]);
  expect(await world.tryOne(ann, put(ann, contentOf(ann, ONE, TWO)))).toMatchObject(missing(chunkOf(TWO).hash));
  expect(await world.head(ann)).toBe(0);
});

test('the name of a chunk that somebody else has stored gets nobody its bytes, before and after it is a file', async () => {
  await storePack(world.service, ann, [ONE]);
  const theft = put(eve, contentOf(eve, ONE));
  const refusals = [await world.tryOne(eve, theft)];
  await world.must(ann, put(ann, contentOf(ann, ONE)));
  refusals.push(await world.tryOne(eve, theft));
  const absent = await world.tryOne(eve, put(eve, contentOf(eve, TWO)));
  expect(refusals).toMatchObject([missing(chunkOf(ONE).hash), missing(chunkOf(ONE).hash)]);
  expect(absent).toMatchObject(missing(chunkOf(TWO).hash));
  expect(await world.head(eve)).toBe(0);
});

test('a chunk that is told shorter than it is is not there', async () => {
  await storePack(world.service, ann, [ONE]);
  const shorter = told(fileOfChunks(ann.namespaceId, [{ ...chunkOf(ONE), size: 1 }]));
  expect(await world.tryOne(ann, put(ann, shorter))).toMatchObject(missing(chunkOf(ONE).hash));
});

test('sums and names that do not hold together are refused by themselves: what stands beside them is written', async () => {
  await storePack(world.service, ann, [ONE, TWO]);
  const good = contentOf(ann, ONE);
  const uploadId = await world.upload(ann, 'an upload');
  const wrong = [
    put(ann, { ...good, size: 1 }, 'size'),
    put(ann, { ...good, contentHash: sha256Hex('another') as ToldContent['contentHash'] }, 'name'),
    { ...put(ann, good, 'both'), uploadId } as Intent,
    put(ann, undefined, 'neither'),
  ];
  const results = await world.commit(ann, world.name(ann, [...wrong, put(ann, good, 'good')]));
  const invalid = { status: 'error', error: { code: 'invalid_request' } };
  expect(results).toMatchObject([invalid, invalid, invalid, invalid, { status: 'committed' }]);
  expect((await world.tree(ann)).map(({ name }) => name)).toEqual(['good']);
});

test('a put that names an upload and tells a content is refused, and takes nothing from the one before it that names the upload', async () => {
  const uploadId = await world.upload(ann, 'an upload');
  const named = { ...put(ann, undefined, 'named'), uploadId } as Intent;
  const both = { ...put(ann, contentOf(ann), 'both'), uploadId } as Intent;
  const results = await world.commit(ann, world.name(ann, [named, both]));
  expect(results).toMatchObject([{ status: 'committed' }, { status: 'error', error: { code: 'invalid_request' } }]);
});

test('a repeat under the same opId answers the same and writes nothing', async () => {
  await storePack(world.service, ann, [ONE]);
  const operations = world.name(ann, [put(ann, contentOf(ann, ONE))]);
  const first = await world.commit(ann, operations);
  expect(await world.commit(ann, operations)).toEqual(first);
  expect(await world.head(ann)).toBe(1);
});

test('contents of more chunks than a request can confirm are refused from where there is no room, and go in the next', async () => {
  const many = Array.from({ length: COMMIT_CONFIRM_CHUNKS_MAX + 50 }, (_, index) => textBytes(`chunk ${index}`));
  await storePack(world.service, ann, many);
  const cuts = Array.from({ length: 5 }, (_, index) => many.slice(index * 50, index * 50 + 50));
  const operations = world.name(
    ann,
    cuts.map((chunks, index) => put(ann, contentOf(ann, ...chunks), `${index}`)),
  );
  const results = await world.commit(ann, operations);
  expect(results.map(({ status }) => status)).toEqual([...Array.from({ length: 4 }, () => 'committed'), 'error']);
  expect(await world.commit(ann, operations.slice(4))).toMatchObject([{ status: 'committed' }]);
});

test('a content of more chunks than a row holds is refused with its place in the request', async () => {
  const chunks = Array.from({ length: MANIFEST_INLINE_CHUNKS_MAX + 1 }, (_, index) => chunkOf(textBytes(`${index}`)));
  const operations = world.name(ann, [put(ann, told(fileOfChunks(ann.namespaceId, chunks)))]);
  const answer = await world.service.invoke('commit', { body: { operations } }, ann);
  expect(answer).toMatchObject({ ok: false, problem: { code: 'invalid_request' } });
});

test('in the dedup scope "account" a content is one of the chunks of its account', async () => {
  world = new CommitWorld({ dedupScope: 'account' });
  ann = await world.device('desk', 'ann');
  eve = await world.device('phone', 'eve');
  await storePack(world.service, ann, [ONE]);
  expect(await world.tryOne(eve, put(eve, contentOf(eve, ONE)))).toMatchObject(missing(chunkOf(ONE).hash));
  const { node } = await world.must(ann, put(ann, contentOf(ann, ONE)));
  expect(await downloadBytes(openInMemoryClient(world.service, ann), ann, node.nodeId)).toEqual(Buffer.from(ONE));
});
