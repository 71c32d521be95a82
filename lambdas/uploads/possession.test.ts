/** Two accounts: Mallory knows every hash of Alice's file, and has none of its bytes. Source: docs/decisions/0071-possession.md */
import { createHmac } from 'node:crypto';
import { beforeEach, expect, test } from '@jest/globals';
import type { CheckChunksResponse, Upload, UploadId } from '@syncline/protocol';
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
import { possessionProof } from '../chunks/possession.ts';

const SECRET = textBytes('what only Alice has');
const { hash } = chunkOf(SECRET);

let service: InMemoryService;
let alice: Member;
let mallory: Member;

beforeEach(async () => {
  service = new InMemoryService();
  alice = await join(service, 'alice');
  mallory = await join(service, 'mallory');
});

async function initiate(member: Member): Promise<Upload> {
  const body = { files: [fileOf(member.namespaceId, [SECRET])] };
  const answer = await service.invoke('initiateUploads', { body }, member);
  if (!answer.ok || answer.value.uploads[0] === undefined) throw new Error('refused');
  return answer.value.uploads[0];
}

async function check(
  member: Member,
  uploadId: UploadId,
  body: { stored?: (typeof hash)[]; hashes?: (typeof hash)[]; proofs?: { hash: typeof hash; proof: string }[] },
): Promise<CheckChunksResponse> {
  const answer = await service.invoke('checkChunks', { parameters: { uploadId }, body }, member);
  if (!answer.ok) throw new Error(`refused: ${answer.problem.code}`);
  return answer.value;
}

async function isHolder(member: Member): Promise<boolean> {
  const query = { domain: 'shared', accountId: member.accountId, hashes: [hash] };
  return (await service.stores.chunks.lookup(query)).get(hash)?.held === true;
}

async function aliceStores(): Promise<void> {
  const { uploadId, missing } = await initiate(alice);
  expect(missing.map((chunk) => putChunk(service, chunk, SECRET))).toEqual([200]);
  expect((await check(alice, uploadId, { stored: [hash] })).held).toEqual([hash]);
}

test('the hash alone gives nothing, however often it is named', async () => {
  await aliceStores();
  const { uploadId, prove, missing } = await initiate(mallory);
  expect([prove.map((chunk) => chunk.hash), missing]).toEqual([[hash], []]);
  const answer = await check(mallory, uploadId, { stored: [hash], hashes: [hash] });
  expect(answer).toMatchObject({ held: [], missing: [], prove: [{ hash }], progress: { storedBytes: 0 } });
  expect(await isHolder(mallory)).toBe(false);
});

test('a wrong proof is answered like none, and is counted', async () => {
  await aliceStores();
  const { uploadId, prove } = await initiate(mallory);
  const challenge = Buffer.from(prove[0]?.challenge ?? '', 'hex');
  const guesses = [
    '0'.repeat(64),
    hash,
    possessionProof(prove[0]?.challenge ?? '', new Uint8Array()),
    // What can be computed from the hash: the proof over the hash's own bytes or digits.
    createHmac('sha256', challenge).update(Buffer.from(hash, 'hex')).digest('hex'),
    createHmac('sha256', challenge).update(hash).digest('hex'),
  ];
  for (const proof of guesses) {
    const answer = await check(mallory, uploadId, { proofs: [{ hash, proof }] });
    expect(answer).toMatchObject({ held: [], prove });
  }
  expect(await isHolder(mallory)).toBe(false);
  expect(service.stores.telemetry.counts.get('proofsWrong')).toBe(guesses.length);
});

test('a proof that was made for another session is worth nothing', async () => {
  await aliceStores();
  const bob = await join(service, 'bob');
  const ofBob = await initiate(bob);
  const proof = possessionProof(ofBob.prove[0]?.challenge ?? '', SECRET);
  const { uploadId } = await initiate(mallory);
  expect((await check(mallory, uploadId, { proofs: [{ hash, proof }] })).held).toEqual([]);
  expect((await check(bob, ofBob.uploadId, { proofs: [{ hash, proof }] })).held).toEqual([hash]);
  const later = await initiate(mallory);
  expect((await check(mallory, later.uploadId, { proofs: [{ hash, proof }] })).held).toEqual([]);
  expect(await isHolder(mallory)).toBe(false);
});

test("another account's session is not there", async () => {
  const { uploadId } = await initiate(alice);
  const body = { stored: [hash] };
  const foreign = await service.invoke('checkChunks', { parameters: { uploadId }, body }, mallory);
  const absentId = '00000000000000000000000000' as UploadId;
  const absent = await service.invoke('checkChunks', { parameters: { uploadId: absentId }, body }, mallory);
  expect(foreign).toMatchObject({ ok: false, problem: { code: 'not_found' } });
  expect(absent).toEqual(foreign);
});

test('who began an upload before the owner sent the bytes does not become a holder by the bytes being there', async () => {
  const early = await initiate(mallory);
  expect(early.missing.map((chunk) => chunk.hash)).toEqual([hash]);
  const { uploadId, missing } = await initiate(alice);
  expect(missing.map((chunk) => putChunk(service, chunk, SECRET))).toEqual([200]);

  // The race: the object exists, and nothing is recorded of it yet.
  expect(early.missing.map((chunk) => putChunk(service, chunk, SECRET))).toEqual([412]);
  const answer = await check(mallory, early.uploadId, { stored: [hash], hashes: [hash] });
  expect(answer).toMatchObject({ held: [], missing: [], prove: [{ hash }] });
  expect(await isHolder(mallory)).toBe(false);

  expect((await check(alice, uploadId, { stored: [hash] })).held).toEqual([hash]);
  expect((await check(mallory, early.uploadId, { stored: [hash] })).held).toEqual([]);
  expect(await isHolder(mallory)).toBe(false);
});

test('who has the bytes and came second proves them against the object that nobody recorded yet', async () => {
  const bob = await join(service, 'bob');
  const ofBob = await initiate(bob);
  const { missing } = await initiate(alice);
  expect(missing.map((chunk) => putChunk(service, chunk, SECRET))).toEqual([200]);
  expect(ofBob.missing.map((chunk) => putChunk(service, chunk, SECRET))).toEqual([412]);
  const challenged = await check(bob, ofBob.uploadId, { stored: [hash] });
  const proof = possessionProof(challenged.prove[0]?.challenge ?? '', SECRET);
  expect((await check(bob, ofBob.uploadId, { proofs: [{ hash, proof }] })).held).toEqual([hash]);
  expect(await isHolder(bob)).toBe(true);
  expect(await isHolder(alice)).toBe(false);
});

test('bytes that were found in the bucket under a wrong name prove nothing', async () => {
  await aliceStores();
  const { uploadId, prove } = await initiate(mallory);
  const { objects } = service.stores;
  const planted = textBytes('bytes of Mallory 19');
  objects.read = async () => planted;
  const proof = possessionProof(prove[0]?.challenge ?? '', planted);
  expect((await check(mallory, uploadId, { proofs: [{ hash, proof }] })).held).toEqual([]);
  expect(await isHolder(mallory)).toBe(false);
});

test('a manifest that names a stored chunk shorter than it is gets it confirmed for nobody, not even its holder', async () => {
  await aliceStores();
  const files = [fileOfChunks(alice.namespaceId, [{ hash, size: 1 }])];
  const opened = await service.invoke('initiateUploads', { body: { files } }, alice);
  if (!opened.ok || opened.value.uploads[0] === undefined) throw new Error('refused');
  const { uploadId, prove } = opened.value.uploads[0];
  const proof = possessionProof(prove[0]?.challenge ?? '', SECRET);
  const answer = await check(alice, uploadId, { stored: [hash], proofs: [{ hash, proof }] });
  expect(answer).toMatchObject({ held: [], progress: { storedBytes: 0, totalBytes: 1 } });
});
