import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyWebhook } from '@syncline/client';
import { type Operation, rootNodeId, type WebhookMessage } from '@syncline/protocol';
import { newEmail, newOpId, openApiDevice, valueOf } from '../support/api-device.ts';
import { eventually } from '../support/eventually.ts';
import { sharedStack } from '../support/shared-stack.ts';

type OwnOperation = {
  readonly [T in Operation['type']]: Omit<Extract<Operation, { readonly type: T }>, 'opId' | 'namespaceId'>;
}[Operation['type']];

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server of somebody: refuses the first message, and takes all others. */
const received: Received[] = [];
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => {
    body += String(part);
  });
  request.on('end', () => {
    received.push({ headers: request.headers, body });
    response.writeHead(received.length === 1 ? 500 : 204).end();
  });
});
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/syncline`;
});
afterAll(() => {
  receiver.close();
});

test('a receiver that refuses a message gets it again, signed, and finds in the delta what has changed', async () => {
  const { apiUrl } = sharedStack();
  const { api, account } = await openApiDevice({ apiUrl, email: newEmail() });
  const namespaceId = account.homeNamespaceId;
  const { cursor } = valueOf(await api.getCursor());
  const { webhook, secret } = valueOf(await api.createWebhook({ body: { namespaceId, url } }));
  const place = { namespaceId, parentId: rootNodeId(namespaceId), name: 'told' };
  const operation = { type: 'mkdir' as const, opId: newOpId(), ...place };
  const [result] = valueOf(await api.commit({ body: { operations: [operation] } })).results;
  expect(result).toMatchObject({ status: 'committed' });

  await eventually(() => expect(received.length).toBeGreaterThanOrEqual(2));
  const verified = await Promise.all(received.map((one) => verifyWebhook(one, { secret, nowMs: Date.now() })));
  for (const one of verified) {
    expect(one).toMatchObject({
      kind: 'genuine',
      message: { type: 'namespace.changed', data: { webhookId: webhook.webhookId, namespaceId, seq: 1 } },
    });
  }
  expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  const delta = valueOf(await api.listChanges({ query: { cursor } }));
  expect(delta.changes.map(({ node }) => node.name)).toEqual(['told']);
  await eventually(async () => {
    const { webhooks } = valueOf(await api.listWebhooks());
    expect(webhooks).toMatchObject([{ seq: 1, last: { outcome: 'delivered', status: 204 } }]);
  });

  const before = received.length;
  valueOf(await api.testWebhook({ parameters: { webhookId: webhook.webhookId } }));
  await eventually(() => expect(received.length).toBeGreaterThan(before));
  expect(received.at(-1)?.body).toContain('webhook.test');
  valueOf(await api.removeWebhook({ parameters: { webhookId: webhook.webhookId } }));
});

test('a receiver of a folder hears of what is changed in it, of nothing beside it, and that it is in the trash', async () => {
  const { apiUrl } = sharedStack();
  const { api, account } = await openApiDevice({ apiUrl, email: newEmail() });
  const namespaceId = account.homeNamespaceId;
  const rootId = rootNodeId(namespaceId);
  const commit = async (operation: OwnOperation) => {
    const named = { ...operation, opId: newOpId(), namespaceId };
    const [result] = valueOf(await api.commit({ body: { operations: [named] } })).results;
    if (result?.status !== 'committed') throw new Error(`not committed: ${JSON.stringify(result)}`);
    return result;
  };
  const { node: folder } = await commit({ type: 'mkdir', parentId: rootId, name: 'followed' });
  const { node: other } = await commit({ type: 'mkdir', parentId: rootId, name: 'other' });
  const { nodeId: folderId } = folder;
  const { webhook } = valueOf(await api.createWebhook({ body: { namespaceId, folderId, url } }));
  const from = received.length;
  const heard = () => received.slice(from).map(({ body }) => JSON.parse(body) as WebhookMessage);
  const stateOf = async () =>
    valueOf(await api.listWebhooks()).webhooks.find(({ webhookId }) => webhookId === webhook.webhookId);

  const beside = await commit({ type: 'mkdir', parentId: other.nodeId, name: 'beside' });
  await eventually(async () => expect(await stateOf()).toMatchObject({ seq: beside.seq }));
  expect(heard()).toEqual([]);
  const deep = await commit({ type: 'mkdir', parentId: folderId, name: 'deep' });
  await eventually(() => expect(new Set(heard().map(({ data }) => data.seq))).toEqual(new Set([deep.seq])));
  expect(heard()[0]?.data).toMatchObject({ webhookId: webhook.webhookId, namespaceId, folderId });
  const out = { nodeId: deep.node.nodeId, baseRev: deep.node.placeRev, parentId: other.nodeId, name: 'out' };
  const moved = await commit({ type: 'move', ...out });
  await eventually(() => expect(heard().at(-1)?.data.seq).toBe(moved.seq));
  await eventually(async () => expect(await stateOf()).toMatchObject({ seq: moved.seq }));
  const deleted = await commit({ type: 'delete', nodeId: folderId, baseRev: folder.rev, baseSeq: moved.seq });
  await eventually(async () => expect(await stateOf()).toMatchObject({ restingSince: expect.any(String) }));
  expect(heard().at(-1)?.data.seq).toBe(deleted.seq);
  valueOf(await api.removeWebhook({ parameters: { webhookId: webhook.webhookId } }));
});

test('nothing but receivers on this machine and in the public internet is taken, also here', async () => {
  const { apiUrl } = sharedStack();
  const { api, account } = await openApiDevice({ apiUrl, email: newEmail() });
  const namespaceId = account.homeNamespaceId;
  for (const wrong of ['http://10.0.0.1/', 'https://169.254.169.254/', 'http://hooks.example.com/']) {
    const answer = await api.createWebhook({ body: { namespaceId, url: wrong } });
    expect(answer).toMatchObject({ ok: false, problem: { code: 'invalid_request' } });
  }
});
