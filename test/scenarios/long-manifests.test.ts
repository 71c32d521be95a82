/** Files of so many chunks that their manifests are objects, and that no single answer tells of all of them. */
import { beforeEach, expect, test } from '@jest/globals';
import {
  CHECK_HASHES_MAX,
  CHECK_STORED_MAX,
  type ChunkHash,
  type ChunkRef,
  CONTENT_PAGE_CHUNKS_MAX,
  encodeUlid,
  FILE_CHUNKS_MAX,
  MANIFEST_INLINE_CHUNKS_MAX,
  type MissingChunk,
  type NodeId,
  opId,
  rootNodeId,
  type UploadId,
} from '@syncline/protocol';
import { fileOf, join, type Member, putChunk, sha256Hex, textBytes } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';

let service: InMemoryService;
let desk: Member;
beforeEach(async () => {
  service = new InMemoryService();
  desk = await join(service, 'ada');
});

/** Sends what is missing, and reports it, until nothing is; answers in how many requests, the first included. */
async function upload(parts: readonly string[]): Promise<{ readonly uploadId: UploadId; readonly requests: number }> {
  const bytesOf = new Map(parts.map((part) => [sha256Hex(part) as ChunkHash, textBytes(part)]));
  const file = fileOf(desk.namespaceId, parts.map(textBytes));
  const opened = await service.invoke('initiateUploads', { body: { files: [file] } }, desk);
  const first = opened.ok ? opened.value.uploads[0] : undefined;
  if (first === undefined) throw new Error('the upload was refused');
  const { uploadId } = first;
  const check = async (body: { readonly hashes?: ChunkHash[]; readonly stored?: ChunkHash[] }) => {
    const answer = await service.invoke('checkChunks', { parameters: { uploadId }, body }, desk);
    if (!answer.ok) throw new Error(`the check was refused: ${answer.problem.detail}`);
    for (const hash of answer.value.held) open.delete(hash);
    return answer.value;
  };
  const open = new Set(bytesOf.keys());
  let missing: readonly MissingChunk[] = first.missing;
  let requests = 1;
  while (open.size > 0) {
    const sent = missing.slice(0, CHECK_STORED_MAX);
    for (const chunk of sent) expect(putChunk(service, chunk, bytesOf.get(chunk.hash) ?? textBytes(''))).toBe(200);
    await check({ stored: sent.map(({ hash }) => hash) });
    ({ missing } = await check({ hashes: [...open].slice(0, CHECK_HASHES_MAX) }));
    requests += 2;
  }
  return { uploadId, requests };
}

async function commit(uploadId: UploadId): Promise<NodeId> {
  const { namespaceId } = desk;
  const operation = {
    type: 'put' as const,
    opId: opId(encodeUlid(service.stores.random.bytes(16)), 0),
    namespaceId,
    parentId: rootNodeId(namespaceId),
    name: 'long.bin',
    baseRev: 0,
    uploadId,
    clock: 1,
    onConflict: 'fail' as const,
  };
  const answer = await service.invoke('commit', { body: { operations: [operation] } }, desk);
  const result = answer.ok ? answer.value.results[0] : undefined;
  if (result?.status !== 'committed') throw new Error(`not committed: ${JSON.stringify(answer)}`);
  return result.node.nodeId;
}

async function readPages(nodeId: NodeId): Promise<readonly (readonly ChunkRef[])[]> {
  const pages: (readonly ChunkRef[])[] = [];
  for (let page: string | undefined; ; ) {
    const query = page === undefined ? {} : { page };
    const answer = await service.invoke('getContent', { parameters: { nodeId }, query }, desk);
    if (!answer.ok) throw new Error(`refused: ${answer.problem.detail}`);
    pages.push(answer.value.chunks.map(({ hash, size }) => ({ hash, size })));
    page = answer.value.nextPage;
    if (page === undefined) return pages;
  }
}

const PAGE = CONTENT_PAGE_CHUNKS_MAX;
const COUNTS = [1, MANIFEST_INLINE_CHUNKS_MAX, MANIFEST_INLINE_CHUNKS_MAX + 1, PAGE - 1, PAGE, PAGE + 1];

test.each([...COUNTS, 2 * PAGE, 2 * PAGE + 1])(
  'a file of %d chunks goes up and is read page by page, in order and whole',
  async (count) => {
    const parts = Array.from({ length: count }, (_none, index) => `part ${index}`);
    const { uploadId } = await upload(parts);
    const pages = await readPages(await commit(uploadId));
    expect(pages.map(({ length }) => length)).toEqual(
      Array.from({ length: Math.ceil(count / PAGE) }, (_none, page) => Math.min(PAGE, count - page * PAGE)),
    );
    expect(pages.flat()).toEqual(fileOf(desk.namespaceId, parts.map(textBytes)).chunks);
  },
);

test('a file of the most chunks that are all the same is one chunk to send', async () => {
  const parts = Array<string>(FILE_CHUNKS_MAX).fill('hole');
  const { uploadId, requests } = await upload(parts);
  expect(requests).toBe(3);
  const pages = await readPages(await commit(uploadId));
  expect(pages.flat()).toHaveLength(FILE_CHUNKS_MAX);
  expect(new Set(pages.flat().map(({ hash }) => hash)).size).toBe(1);
});
