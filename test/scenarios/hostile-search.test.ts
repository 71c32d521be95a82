/** Contents, names and questions of somebody who means ill. Archives and documents: lambdas/extraction; queries: test/conformance/search-index.ts. */
import { beforeEach, expect, test } from '@jest/globals';
import { encodeUlid, MiB, opId, rootNodeId } from '@syncline/protocol';
import { OPEN_ENDED_BYTES_MAX, TEXT_BYTES_MAX } from '../../lambdas/extraction/limits.ts';
import { HITS_MAX } from '../../lambdas/search/limits.ts';
import type { IndexQuery } from '../../lambdas/search/search-index.ts';
import { searchNodes } from '../../lambdas/search/search-nodes.ts';
import { ContentsWorld } from '../support/contents-world.ts';
import { chunkOf, fileOfChunks, type Member, putChunk } from '../support/in-memory-member.ts';

let world: ContentsWorld;
let ann: Member;

beforeEach(async () => {
  world = new ContentsWorld();
  ann = await world.person('ann');
});

const CHUNK_BYTES = 4 * MiB;
const CHUNKS = 256;

test('of a gigabyte in one line no more is fetched and read than counts, and its first word is found', async () => {
  const bytes = Buffer.alloc(CHUNK_BYTES, 'x');
  bytes.write('harbour ');
  const body = {
    files: [
      fileOfChunks(
        ann.namespaceId,
        Array.from({ length: CHUNKS }, () => chunkOf(bytes)),
      ),
    ],
  };
  const { uploads } = await world.call(ann, 'initiateUploads', { body });
  const [upload] = uploads;
  if (upload === undefined) throw new Error('it may go up');
  for (const missing of upload.missing) putChunk(world.service, missing, bytes);
  const { uploadId } = upload;
  const place = { namespaceId: ann.namespaceId, parentId: rootNodeId(ann.namespaceId), name: 'line.txt' };
  const rest = { opId: opId(encodeUlid(world.stores.random.bytes(16)), 0), baseRev: 0, clock: 1 };
  const operation = { type: 'put' as const, ...place, ...rest, uploadId, onConflict: 'fail' as const };
  const { results } = await world.call(ann, 'commit', { body: { operations: [operation] } });
  expect(results).toMatchObject([{ status: 'committed', node: { size: CHUNKS * CHUNK_BYTES } }]);
  expect(await world.settle()).toEqual(['read']);
  expect(world.reads.map((read) => read.bytes.length)).toEqual([OPEN_ENDED_BYTES_MAX]);
  expect(await world.pathsOf(ann, 'harbour ')).toEqual(['/line.txt']);
  const [document] = world.stores.index.documents();
  expect(Buffer.byteLength(document?.text?.text ?? '')).toBeLessThanOrEqual(TEXT_BYTES_MAX);
});

test.each([
  '<script>alert(1)<\u2215script> harbour.txt',
  '"><img src=x onerror=alert(1)> harbour.txt',
  '\u202Etxt.harbour',
  "harbour'; DROP TABLE nodes; --.txt",
  '{"match_all":{}} harbour.txt',
  '-harbour "quoted.txt',
])('the name %j is found by its words, and told as it is', async (name) => {
  await world.put(ann, { name, text: 'content' });
  await world.settle();
  const { hits } = await world.search(ann, 'harbour ');
  expect(hits.map(({ node, path }) => [node.name, path])).toEqual([[name, `/${name}`]]);
});

test('pages end where more would cost the index too much, and a place that nobody signed opens none', async () => {
  let asked = 0;
  const endless = {
    find: async ({ limit }: IndexQuery) => {
      asked++;
      const nodeId = rootNodeId(ann.namespaceId);
      const hit = { namespaceId: ann.namespaceId, nodeId, path: '/x', passages: [], place: [`${asked}`, nodeId] };
      return {
        hits: Array.from({ length: limit }, () => hit),
        total: 10 * HITS_MAX,
        facets: { types: [], extensions: [] },
      };
    },
  };
  const dependencies = { ...world.stores, index: endless };
  const limit = 50;
  let page: string | undefined;
  for (let pages = 0; pages <= HITS_MAX / limit; pages++) {
    const answer = await searchNodes(dependencies, { q: 'x', limit, ...(page === undefined ? {} : { page }) }, ann);
    if (answer.kind !== 'done') throw new Error('it is answered');
    page = answer.value.nextPage;
    if (page === undefined) break;
  }
  expect(asked).toBe(HITS_MAX / limit);
  const forged = Buffer.from(JSON.stringify({ told: 0, after: [{ script: 1 }] })).toString('base64url');
  expect(await searchNodes(dependencies, { q: 'x', page: forged }, ann)).toMatchObject({ kind: 'refused' });
});
