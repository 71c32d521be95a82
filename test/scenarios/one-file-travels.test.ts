/** The whole service in one process: bytes, commit, push, delta and content, each through its real handler. */
import { expect, test } from '@jest/globals';
import { encodeUlid, epochMs, opId, rootNodeId, type ServerMessage } from '@syncline/protocol';
import { uploadFiles } from '../../client/src/transfers/upload-files.ts';
import { openInMemoryClient, sourceOf } from '../support/in-memory-client.ts';
import { fileOf, join, type Member, textBytes } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';

const HELLO = textBytes('hello');

async function commitFile(service: InMemoryService, member: Member, name: string) {
  const [uploaded] = await uploadFiles(openInMemoryClient(service, member), [sourceOf(member, HELLO)]);
  if (uploaded?.kind !== 'uploaded') throw new Error('the upload was refused');
  const operation = {
    type: 'put',
    opId: opId(encodeUlid(service.stores.random.bytes(16)), 0),
    namespaceId: member.namespaceId,
    parentId: rootNodeId(member.namespaceId),
    name,
    baseRev: 0,
    uploadId: uploaded.uploadId,
    clock: 1,
  } as const;
  const commit = () => service.invoke('commit', { body: { operations: [operation] } }, member);
  const first = await commit();
  expect(await commit()).toEqual(first);
  const result = first.ok ? first.value.results[0] : undefined;
  if (result?.status !== 'committed') throw new Error(`not committed: ${JSON.stringify(first)}`);
  return result.node;
}

async function cursorOf(service: InMemoryService, member: Member) {
  const answer = await service.invoke('getCursor', {}, member);
  if (!answer.ok) throw new Error('there is no cursor');
  return answer.value.cursor;
}

test('a file of one device is pushed to the other, told by its delta, and read from it', async () => {
  const service = new InMemoryService();
  const [desk, phone] = [await join(service, 'alice', 'desk'), await join(service, 'alice', 'phone')];
  const received: ServerMessage[] = [];
  const { pusher, sockets, clock } = service.stores;
  pusher.open('phone', { receive: (message) => received.push(message), closed: () => undefined });
  const expiresAt = epochMs(clock.now() + 60_000);
  await sockets.putConnection({ ...phone, connectionId: 'phone', expiresAt });
  const cursor = await cursorOf(service, phone);

  const node = await commitFile(service, desk, 'hello.txt');
  await service.deliverPushes();
  expect(received).toEqual([{ type: 'changed', namespaceId: desk.namespaceId, epoch: 1, seq: 1 }]);

  const delta = await service.invoke('listChanges', { query: { cursor } }, phone);
  expect(delta).toMatchObject({ ok: true, value: { changes: [{ seq: 1, type: 'created', node }], hasMore: false } });

  const content = await service.invoke('getContent', { parameters: { nodeId: node.nodeId }, query: {} }, phone);
  const [source] = content.ok ? content.value.chunks : [];
  expect(service.stores.objects.get({ url: source?.url ?? '' })).toEqual({ status: 200, bytes: HELLO });
  const used = await service.invoke('getAccount', {}, phone);
  expect(used).toMatchObject({ ok: true, value: { usedBytes: 5 } });
});

test('another account finds neither the node nor a change nor an address of its chunks', async () => {
  const service = new InMemoryService();
  const [alice, bob] = [await join(service, 'alice'), await join(service, 'bob')];
  const cursor = await cursorOf(service, alice);
  const node = await commitFile(service, alice, 'hello.txt');
  const { namespaceId } = alice;
  const input = { parameters: { nodeId: node.nodeId }, query: { namespaceId } };
  const refusals = [
    await service.invoke('getNode', input, bob),
    await service.invoke('getContent', input, bob),
    await service.invoke('listRevisions', input, bob),
    await service.invoke('listChildren', { ...input, parameters: { nodeId: rootNodeId(namespaceId) } }, bob),
    await service.invoke('listTree', { query: { namespaceId } }, bob),
    await service.invoke('resolvePath', { query: { namespaceId, path: '/hello.txt' } }, bob),
  ];
  for (const refusal of refusals) expect(refusal).toMatchObject({ ok: false, problem: { code: 'not_found' } });
  const foreignCursor = await service.invoke('listChanges', { query: { cursor } }, bob);
  expect(foreignCursor).toMatchObject({ ok: false, problem: { code: 'cursor_reset' } });
});

test('an upload of another account cannot be committed, nor one whose chunks were never shown', async () => {
  const service = new InMemoryService();
  const [alice, bob] = [await join(service, 'alice'), await join(service, 'bob')];
  const [uploaded] = await uploadFiles(openInMemoryClient(service, alice), [sourceOf(alice, HELLO)]);
  if (uploaded?.kind !== 'uploaded') throw new Error('the upload was refused');
  await commitFile(service, alice, 'hello.txt');
  const body = { files: [fileOf(bob.namespaceId, [HELLO])] };
  const opened = await service.invoke('initiateUploads', { body }, bob);
  const unproven = opened.ok ? opened.value.uploads[0] : undefined;
  if (unproven === undefined) throw new Error('the upload was refused');
  const batch = encodeUlid(service.stores.random.bytes(16));
  const place = { type: 'put', namespaceId: bob.namespaceId, parentId: rootNodeId(bob.namespaceId) } as const;
  const operations = [uploaded.uploadId, unproven.uploadId].map((uploadId, index) => ({
    ...place,
    opId: opId(batch, index),
    name: `${index}.txt`,
    baseRev: 0,
    uploadId,
    clock: 1,
  }));
  const answer = await service.invoke('commit', { body: { operations } }, bob);
  expect(answer).toMatchObject({
    ok: true,
    value: {
      results: [
        { status: 'error', error: { code: 'upload_expired' } },
        { status: 'error', error: { code: 'chunks_missing', details: { missing: [uploaded.chunks[0]?.hash] } } },
      ],
    },
  });
  const account = await service.invoke('getAccount', {}, bob);
  expect(account).toMatchObject({ ok: true, value: { usedBytes: 0 } });
});
