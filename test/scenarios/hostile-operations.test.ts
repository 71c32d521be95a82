import { expect, test } from '@jest/globals';
import { assert, ChunkHash, COMMIT_OPERATIONS_MAX, rootNodeId } from '@syncline/protocol';
import { MISSING_NAMED_MAX } from '../../lambdas/journal/limits.ts';
import { CommitWorld, type Intent } from '../support/commit-world.ts';
import { fileOfChunks, sha256Hex } from '../support/in-memory-member.ts';

async function oneDevice() {
  const world = new CommitWorld();
  return { world, desk: await world.device('desk') };
}

test('a time with more digits than any clock has is refused, and not stored', async () => {
  const { world, desk } = await oneDevice();
  const intent = await world.putOperation(desk, { name: 'a', text: 'x' });
  const clientModifiedAt = `2026-01-31T17:45:02.${'0'.repeat(500_000)}Z`;
  const operations = world.name(desk, [{ ...intent, clientModifiedAt } as typeof intent]);
  const answer = await world.service.invoke('commit', { body: { operations } }, desk);
  expect(answer).toMatchObject({ ok: false, problem: { code: 'invalid_request' } });
  expect(await world.head(desk)).toBe(0);
});

test('a request whose operations all lack their chunks is answered, however many chunks they lack', async () => {
  const { world, desk } = await oneDevice();
  const chunks = Array.from({ length: 2000 }, (_, index) => ({
    hash: ChunkHash.parse(sha256Hex(`${index}`)),
    size: 1,
  }));
  const body = { files: [fileOfChunks(desk.namespaceId, chunks)] };
  const answer = await world.service.invoke('initiateUploads', { body }, desk);
  assert(answer.ok, 'an upload is opened');
  const [upload] = answer.value.uploads;
  assert(upload !== undefined, 'every file has an upload');
  const { uploadId } = upload;
  const intents = Array.from({ length: COMMIT_OPERATIONS_MAX }, (_, index): Intent => {
    const place = { parentId: rootNodeId(desk.namespaceId), name: `${index}`, baseRev: 0, clock: 1 };
    return { type: 'put', ...place, uploadId, onConflict: 'keep_both' };
  });
  const results = await world.commit(desk, world.name(desk, intents));
  const missing = chunks.slice(0, MISSING_NAMED_MAX).map(({ hash }) => hash);
  for (const result of results) {
    expect(result).toMatchObject({ status: 'error', error: { code: 'chunks_missing', details: { missing } } });
  }
});
