/** Thousands of small files are read some hundreds at a time, and nobody reads what is not theirs. */
import { expect, test } from '@jest/globals';
import {
  COMMIT_OPERATIONS_MAX,
  CONTENT_FILES_MAX,
  MANIFEST_INLINE_CHUNKS_MAX,
  type Node,
  type NodeId,
  opId,
  rootNodeId,
} from '@syncline/protocol';
import { ContentLookahead } from '../../client/src/transfers/content-lookahead.ts';
import { uploadFiles } from '../../client/src/transfers/upload-files.ts';
import { newId } from '../support/api-device.ts';
import { openInMemoryClient, sourceOf } from '../support/in-memory-client.ts';
import { fileOf, join, type Member, putChunk, textBytes } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';

async function commitTexts(
  service: InMemoryService,
  member: Member,
  texts: readonly string[],
): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  for (let start = 0; start < texts.length; start += COMMIT_OPERATIONS_MAX) {
    nodes.push(...(await commitSome(service, member, texts.slice(start, start + COMMIT_OPERATIONS_MAX))));
  }
  return nodes;
}

async function commitSome(
  service: InMemoryService,
  member: Member,
  texts: readonly string[],
): Promise<readonly Node[]> {
  const uploads = await uploadFiles(
    openInMemoryClient(service, member),
    texts.map((text) => sourceOf(member, textBytes(text))),
  );
  const batch = newId();
  const operations = uploads.map((upload, index) => {
    if (upload.kind !== 'uploaded') throw new Error(`an upload was ${upload.kind}`);
    const { namespaceId } = member;
    const place = { parentId: rootNodeId(namespaceId), name: `${texts[index]}.txt` };
    const { uploadId } = upload;
    return { ...place, type: 'put' as const, opId: opId(batch, index), namespaceId, baseRev: 0, uploadId, clock: 1 };
  });
  const answer = await service.invoke('commit', { body: { operations } }, member);
  if (!answer.ok) throw new Error('the commit was refused');
  return answer.value.results.map((result) => {
    if (result.status !== 'committed') throw new Error('an operation was refused');
    return result.node;
  });
}

test('contents are answered in order, each on its own terms', async () => {
  const service = new InMemoryService();
  const [alice, bob] = [await join(service, 'alice'), await join(service, 'bob')];
  const [first, second] = await commitTexts(service, alice, ['one', 'two']);
  const [foreign] = await commitTexts(service, bob, ['secret']);
  const { namespaceId } = alice;
  const files = [second, { nodeId: newId() as NodeId }, first, { nodeId: foreign?.nodeId as NodeId }].map((node) => ({
    namespaceId,
    nodeId: node?.nodeId as NodeId,
  }));
  const theirs = { namespaceId: bob.namespaceId, nodeId: foreign?.nodeId as NodeId };

  const answer = await service.invoke('readContents', { body: { files: [...files, theirs] } }, alice);

  if (!answer.ok) throw new Error('the request was refused');
  const texts = answer.value.contents.map((found) => {
    if (found.status === 'error') return found.error.code;
    const { bytes } = service.stores.objects.get({ url: found.content.chunks[0]?.url ?? '' });
    return new TextDecoder().decode(bytes);
  });
  expect(texts).toEqual(['two', 'not_found', 'one', 'not_found', 'not_found']);
});

test('a file in the trash, a folder and an unknown revision have no content to read', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const [kept, gone] = await commitTexts(service, alice, ['kept', 'gone']);
  if (kept === undefined || gone === undefined) throw new Error('two files were made');
  const { namespaceId } = alice;
  const remove = { type: 'delete' as const, opId: opId(newId(), 0), namespaceId, nodeId: gone.nodeId, baseRev: 1 };
  await service.invoke('commit', { body: { operations: [remove] } }, alice);
  const files = [
    { namespaceId, nodeId: gone.nodeId },
    { namespaceId, nodeId: rootNodeId(namespaceId) },
    { namespaceId, nodeId: kept.nodeId, rev: 7 },
  ];
  const answer = await service.invoke('readContents', { body: { files } }, alice);
  const codes = answer.ok ? answer.value.contents.map((found) => found.status === 'error' && found.error.code) : [];
  expect(codes).toEqual(['not_found', 'not_found', 'not_found']);
});

test('a content with a long manifest is to be read alone, and hinders no other', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const [small] = await commitTexts(service, alice, ['small']);
  const contents = Array.from({ length: MANIFEST_INLINE_CHUNKS_MAX + 1 }, (_, index) => textBytes(`part ${index}`));
  const opened = await service.invoke(
    'initiateUploads',
    { body: { files: [fileOf(alice.namespaceId, contents)] } },
    alice,
  );
  if (!opened.ok) throw new Error('the upload was refused');
  const [upload] = opened.value.uploads;
  if (upload === undefined) throw new Error('every file has an upload');
  upload.missing.forEach((missing, index) => putChunk(service, missing, contents[index] ?? textBytes('')));
  const { namespaceId } = alice;
  const place = { parentId: rootNodeId(namespaceId), name: 'large', baseRev: 0, clock: 1 };
  const put = { ...place, type: 'put' as const, opId: opId(newId(), 0), namespaceId, uploadId: upload.uploadId };
  const committed = await service.invoke('commit', { body: { operations: [put] } }, alice);
  const [result] = committed.ok ? committed.value.results : [];
  if (result?.status !== 'committed') throw new Error('the operation was refused');
  const files = [result.node, small].map((node) => ({ namespaceId, nodeId: node?.nodeId as NodeId }));

  const answer = await service.invoke('readContents', { body: { files } }, alice);

  expect(answer).toMatchObject({
    value: { contents: [{ status: 'error', error: { code: 'too_large' } }, { status: 'found' }] },
  });
});

test('expected contents cost a request for as many as one answer tells of, and each is told once', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const nodes = await commitTexts(
    service,
    alice,
    Array.from({ length: CONTENT_FILES_MAX + 50 }, (_, index) => `text ${index}`),
  );
  const { api, transport } = openInMemoryClient(service, alice);
  let requests = 0;
  const counting: Pick<typeof api, 'readContents'> = {
    readContents: (input) => {
      requests += 1;
      return api.readContents(input);
    },
  };
  const { namespaceId } = alice;
  const lookahead = new ContentLookahead({ api: counting, transport }, { signal: new AbortController().signal });
  const expected = nodes.map(({ nodeId, contentRev, size }) => ({ namespaceId, nodeId, rev: contentRev, size }));

  lookahead.expect(expected);
  const contents = await Promise.all(expected.map((content) => lookahead.take(content)));

  expect(contents.map((content) => content?.contentHash)).toEqual(nodes.map(({ contentHash }) => contentHash));
  expect(requests).toBe(2);
  const [again] = expected;
  expect(again && (await lookahead.take(again))).toBeUndefined();
});
