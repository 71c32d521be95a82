import { expect, test } from '@jest/globals';
import {
  NAMESPACE_WEBHOOKS_MAX,
  NodeId,
  rootNodeId,
  SECOND_MS,
  WEBHOOK_REPLAY_MS,
  WEBHOOKS_MAX,
} from '@syncline/protocol';
import type { Member } from '../support/in-memory-member.ts';
import { inside } from '../support/shared-world.ts';
import { WebhookWorld } from '../support/webhook-world.ts';

/** Longer than any change gathers, and than a first look waits. */
const A_MINUTE = 60;

async function opened() {
  const world = new WebhookWorld();
  const ann = await world.person('ann');
  const receiver = await world.follow(ann);
  await world.pass(A_MINUTE);
  return { world, ann, receiver };
}

test('nobody sees, tries or removes a webhook of another account, and a removed one is sent nothing', async () => {
  const { world, ann, receiver } = await opened();
  const eve = await world.person('eve');
  const parameters = { webhookId: receiver.webhookId };
  expect(await world.call(eve, 'listWebhooks', {})).toEqual({ webhooks: [] });
  expect(await world.codeOf(eve, 'testWebhook', { parameters })).toBe('not_found');
  expect(await world.codeOf(eve, 'removeWebhook', { parameters })).toBe('served');
  const { namespaceId } = ann;
  const url = 'https://hooks.example.com/eve';
  expect(await world.codeOf(eve, 'createWebhook', { body: { namespaceId, url } })).toBe('not_found');
  await world.mkdir(ann, 'a');
  await world.pass(A_MINUTE);
  expect(receiver.heard).toHaveLength(1);
  await world.mkdir(ann, 'b');
  await world.stream();
  for (let times = 0; times < 2; times++) await world.call(ann, 'removeWebhook', { parameters });
  await world.pass(A_MINUTE);
  expect(receiver.heard).toHaveLength(1);
  expect(await world.codeOf(ann, 'testWebhook', { parameters })).toBe('not_found');
});

test.each([
  'http://hooks.example.com/',
  'https://127.0.0.1/',
  'https://[::ffff:169.254.169.254]/latest/meta-data',
  'https://2852039166/',
  'https://user:password@hooks.example.com/',
  'https://hooks.example.com:25/',
])('nobody has %s told', async (url) => {
  const { world, ann } = await opened();
  const { namespaceId } = ann;
  expect(await world.codeOf(ann, 'createWebhook', { body: { namespaceId, url } })).toBe('invalid_request');
});

test('a webhook follows a folder that its maker may read, and neither a file, nor what is deleted, shared or of somebody else', async () => {
  const { world, ann } = await opened();
  const eve = await world.person('eve');
  const { namespaceId } = ann;
  const url = 'https://hooks.example.com/folder';
  const folder = await world.mkdir(ann, 'folder');
  const { node: file } = await world.put(ann, { name: 'a.txt', text: 'a' });
  const gone = await world.mkdir(ann, 'gone');
  const baseSeq = await world.head(ann);
  await world.must(ann, { type: 'delete', nodeId: gone.nodeId, baseRev: gone.rev, baseSeq });
  const shared = await world.shareNew(ann, 'team');
  const inTeam = await world.mkdir(inside(ann, shared), 'in team', NodeId.parse(shared));
  const codeOf = (member: Member, folderId: NodeId, named = namespaceId) =>
    world.codeOf(member, 'createWebhook', { body: { namespaceId: named, folderId, url } });
  expect(await codeOf(eve, folder.nodeId)).toBe('not_found');
  expect(await codeOf(eve, folder.nodeId, eve.namespaceId)).toBe('not_found');
  expect(await codeOf(ann, file.nodeId)).toBe('invalid_request');
  expect(await codeOf(ann, gone.nodeId)).toBe('not_found');
  expect(await codeOf(ann, NodeId.parse(shared))).toBe('invalid_request');
  expect(await codeOf(ann, inTeam.nodeId)).toBe('not_found');
  expect(await codeOf(ann, folder.nodeId, shared)).toBe('not_found');
  expect(await codeOf(ann, inTeam.nodeId, shared)).toBe('served');
  const body = { namespaceId, folderId: rootNodeId(namespaceId), url };
  expect((await world.call(ann, 'createWebhook', { body })).webhook).not.toHaveProperty('folderId');
});

test('an account and a namespace have so many webhooks and no more', async () => {
  const world = new WebhookWorld();
  const people = await Promise.all(['ann', 'bob', 'cid', 'dan'].map((name) => world.person(name)));
  const [ann] = people as [Member, ...Member[]];
  const namespaceId = await world.shareNew(ann, 'team');
  for (const guest of people.slice(1)) await world.welcome(ann, guest, { namespaceId });
  const create = (member: Member) =>
    world.service.invoke('createWebhook', { body: { namespaceId, url: 'https://hooks.example.com/' } }, member);
  for (let index = 0; index < WEBHOOKS_MAX; index++) await create(ann);
  const limitOf = (limit: string) => ({ problem: { code: 'too_large', details: { limit } } });
  expect(await create(ann)).toMatchObject(limitOf('WEBHOOKS_MAX'));
  for (let index = WEBHOOKS_MAX; index < NAMESPACE_WEBHOOKS_MAX; index++) {
    expect(await create(people[1 + Math.floor(index / WEBHOOKS_MAX) - 1] ?? ann)).toMatchObject({ ok: true });
  }
  expect(await create(people[3] ?? ann)).toMatchObject(limitOf('NAMESPACE_WEBHOOKS_MAX'));
});

test('what is not signed with the secret, over these very bytes, or in time, is no message', async () => {
  const { world, ann, receiver } = await opened();
  const other = await world.follow(ann);
  await world.mkdir(ann, 'a');
  await world.pass(A_MINUTE);
  const [first] = receiver.posts;
  if (first === undefined) throw new Error('a message was sent');
  const { post, at } = first;
  const { headers } = post;
  const verdict = async (part: Partial<typeof post>, nowMs: number = at, from = receiver) => {
    const verified = await world.verify(from, { ...post, ...part }, nowMs);
    return verified.kind === 'genuine' ? 'genuine' : verified.reason;
  };
  const signature = headers['webhook-signature'] ?? '';
  const signed = (text: string) => ({ headers: { ...headers, 'webhook-signature': text } });
  expect(await verdict({})).toBe('genuine');
  expect(await verdict({}, at + WEBHOOK_REPLAY_MS - SECOND_MS)).toBe('genuine');
  expect(await verdict(signed(`v1a,xyz v1,${'A'.repeat(43)}= ${signature}`))).toBe('genuine');
  expect(await verdict({}, at + WEBHOOK_REPLAY_MS + SECOND_MS)).toBe('time');
  expect(await verdict({}, at - WEBHOOK_REPLAY_MS - SECOND_MS)).toBe('time');
  const later = String(Math.floor(at / SECOND_MS) + 600);
  expect(await verdict({ headers: { ...headers, 'webhook-timestamp': later } }, at + 600_000)).toBe('signature');
  expect(await verdict({ headers: { ...headers, 'webhook-id': 'msg_other' } })).toBe('signature');
  expect(await verdict({ body: post.body.replace('"seq":1', '"seq":2') })).toBe('signature');
  expect(await verdict({ body: `${post.body} ` })).toBe('signature');
  expect(await verdict({}, at, other)).toBe('signature');
  for (const text of ['', 'v1,', signature.replace('v1,', 'v0,'), signature.slice(0, -2), `v1,${'A'.repeat(43)}=`]) {
    expect(await verdict(signed(text))).toBe('signature');
  }
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const) {
    const { [name]: _left, ...rest } = headers;
    expect(await verdict({ headers: rest })).toBe('headers');
  }
  expect(await verdict({ headers: { ...headers, 'webhook-timestamp': '1e9' } })).toBe('headers');
  await expect(world.verify({ ...receiver, secret: 'guess' }, post)).rejects.toThrow(TypeError);
});
