import { expect, test } from '@jest/globals';
import { type Cursor, HOUR_MS, rootNodeId, SECOND_MS, WEBHOOK_FAILING_MS, WebhookId } from '@syncline/protocol';
import * as fc from 'fast-check';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { GATHER_SECONDS } from '../../lambdas/webhooks/limits.ts';
import type { SendResult } from '../../lambdas/webhooks/webhook-sender.ts';
import type { Member } from '../support/in-memory-member.ts';
import { propertyCases } from '../support/property-runs.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { inside, type SharedWorld } from '../support/shared-world.ts';
import { WebhookWorld } from '../support/webhook-world.ts';

const FAILS: () => SendResult = () => ({ kind: 'answered', status: 500 });
const TAKES: () => SendResult = () => ({ kind: 'answered', status: 200 });
/** Longer than any change gathers, and than a first look waits. */
const A_MINUTE = 60;

async function opened() {
  const world = new WebhookWorld();
  const ann = await world.person('ann');
  const receiver = await world.follow(ann);
  await world.pass(A_MINUTE);
  return { world, ann, receiver };
}

/** The names that a receiver learns from the delta, with its own cursor. */
async function read(world: SharedWorld, member: Member, from: Cursor) {
  const names: string[] = [];
  let cursor = from;
  for (let page = 0; page < 100; page++) {
    const { changes, cursor: next, hasMore } = await world.call(member, 'listChanges', { query: { cursor } });
    names.push(...changes.map(({ node }) => node.name));
    cursor = next;
    if (!hasMore) break;
  }
  return { names, cursor };
}

test('a burst of changes is a few messages, of which the last says how far the journal is, and the delta has all of it', async () => {
  const { world, ann, receiver } = await opened();
  expect(receiver.posts).toEqual([]);
  const cursor = await world.cursor(ann);
  const names = Array.from({ length: 1000 }, (_, index) => `file ${index}`);
  const parentId = rootNodeId(ann.namespaceId);
  for (let from = 0; from < names.length; from += 100) {
    const intents = names.slice(from, from + 100).map((name) => ({ type: 'mkdir', parentId, name }) as const);
    await world.commit(ann, world.name(ann, intents));
    await world.stream();
    world.stores.clock.advance(100);
  }
  await world.pass(A_MINUTE);
  // A second of commits: what began to gather at its start, and what came when that was nearly over.
  expect(receiver.heard.length).toBeLessThanOrEqual(2);
  const seq = await world.head(ann);
  expect(receiver.heard.at(-1)).toMatchObject({
    type: 'namespace.changed',
    data: { namespaceId: ann.namespaceId, seq },
  });
  expect((await read(world, ann, cursor)).names).toEqual(names);
  await world.pass(A_MINUTE);
  expect(receiver.heard.length).toBeLessThanOrEqual(2);
});

test('steady changes are one message in as long as they gather, for each receiver', async () => {
  const { world, ann, receiver } = await opened();
  const other = await world.follow(ann);
  const seconds = 20 * GATHER_SECONDS;
  for (let second = 0; second < seconds; second++) {
    await world.mkdir(ann, `folder ${second}`);
    await world.pass(1);
  }
  await world.pass(A_MINUTE);
  const most = seconds / (GATHER_SECONDS - 2) + 1;
  for (const { heard } of [receiver, other]) {
    expect(heard.length).toBeLessThanOrEqual(most);
    expect(heard.at(-1)?.data.seq).toBe(await world.head(ann));
  }
});

test('a message has ids and numbers alone', async () => {
  const { world, ann, receiver } = await opened();
  await world.mkdir(ann, 'a secret name');
  await world.pass(A_MINUTE);
  const [sent] = receiver.posts;
  expect(JSON.stringify(sent)).not.toContain('secret name');
  const { data } = JSON.parse(sent?.post.body ?? '{}') as { readonly data: object };
  expect(Object.keys(data).toSorted()).toEqual(['epoch', 'namespaceId', 'seq', 'webhookId']);
});

test('what was changed while a receiver was away is told when it is back, once, and the pauses between tries grow', async () => {
  const { world, ann, receiver } = await opened();
  const cursor = await world.cursor(ann);
  receiver.answer = FAILS;
  for (let hour = 0; hour < 24; hour++) {
    await world.mkdir(ann, `folder ${hour}`);
    await world.pass(HOUR_MS / SECOND_MS);
  }
  const times = receiver.posts.map(({ at }) => at);
  const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  // Changes do not make it sooner: a day of failures is some twenty tries.
  expect(times.length).toBeLessThan(25);
  for (const [index, pause] of pauses.slice(1).entries())
    expect(pause).toBeGreaterThanOrEqual((pauses[index] ?? 0) * 0.8);
  expect(await world.stateOf(ann, receiver)).toMatchObject({
    last: { outcome: 'refused', status: 500 },
    failingSince: expect.any(String),
  });
  expect(receiver.heard).toEqual([]);
  receiver.answer = TAKES;
  await world.pass(5 * (HOUR_MS / SECOND_MS));
  expect(receiver.heard).toHaveLength(1);
  expect(receiver.heard[0]?.data.seq).toBe(await world.head(ann));
  expect((await read(world, ann, cursor)).names).toHaveLength(24);
  const told = await world.stateOf(ann, receiver);
  expect(told).toMatchObject({ seq: await world.head(ann), last: { outcome: 'delivered', status: 200 } });
  expect(told).not.toHaveProperty('failingSince');
});

test('a receiver that fails for days is sent nothing more until a test is taken, and then learns what it has missed', async () => {
  const { world, ann, receiver } = await opened();
  receiver.answer = () => ({ kind: 'unreachable' });
  await world.mkdir(ann, 'a');
  await world.pass((WEBHOOK_FAILING_MS + 5 * HOUR_MS) / SECOND_MS);
  expect(await world.stateOf(ann, receiver)).toMatchObject({ end: 'failing', last: { outcome: 'unreachable' } });
  const tries = receiver.posts.length;
  expect(tries).toBeLessThan(80);
  await world.mkdir(ann, 'b');
  await world.pass(A_MINUTE);
  await world.call(ann, 'testWebhook', { parameters: { webhookId: receiver.webhookId } });
  await world.pass(A_MINUTE);
  expect(receiver.posts).toHaveLength(tries + 1);
  expect(await world.stateOf(ann, receiver)).toMatchObject({ end: 'failing' });
  receiver.answer = TAKES;
  await world.call(ann, 'testWebhook', { parameters: { webhookId: receiver.webhookId } });
  await world.pass(A_MINUTE);
  expect(receiver.heard.map(({ type }) => type)).toEqual(['webhook.test']);
  expect(receiver.heard[0]?.data.seq).toBe(await world.head(ann));
  expect(await world.stateOf(ann, receiver)).not.toHaveProperty('end');
  await world.mkdir(ann, 'c');
  await world.pass(A_MINUTE);
  expect(receiver.heard.at(-1)).toMatchObject({ type: 'namespace.changed', data: { seq: await world.head(ann) } });
});

test('a receiver that says it is gone is believed at once', async () => {
  const { world, ann, receiver } = await opened();
  receiver.answer = () => ({ kind: 'answered', status: 410 });
  for (const name of ['a', 'b']) {
    await world.mkdir(ann, name);
    await world.pass(A_MINUTE);
  }
  expect(receiver.posts).toHaveLength(1);
  expect(await world.stateOf(ann, receiver)).toMatchObject({ end: 'gone' });
});

test('who loses access is told nothing more, not even by a message that was queued before', async () => {
  const world = new WebhookWorld();
  const [ann, bob] = [await world.person('ann'), await world.person('bob')];
  const namespaceId = await world.shareNew(ann, 'team');
  await world.welcome(ann, bob, { namespaceId, role: 'viewer' });
  const receiver = await world.follow(bob, namespaceId);
  await world.pass(A_MINUTE);
  await world.mkdir(inside(ann, namespaceId), 'a');
  await world.pass(A_MINUTE);
  expect(receiver.heard).toHaveLength(1);
  await world.mkdir(inside(ann, namespaceId), 'b');
  await world.stream();
  await world.call(ann, 'removeMember', { parameters: { namespaceId, accountId: bob.accountId } });
  await world.pass(A_MINUTE);
  expect(receiver.posts).toHaveLength(1);
  expect(await world.stateOf(bob, receiver)).toMatchObject({ end: 'access_lost' });
  await world.call(bob, 'testWebhook', { parameters: { webhookId: receiver.webhookId } });
  await world.pass(A_MINUTE);
  expect(receiver.posts).toHaveLength(1);
  await world.welcomeBack(ann, bob, namespaceId);
  await world.call(bob, 'testWebhook', { parameters: { webhookId: receiver.webhookId } });
  await world.pass(A_MINUTE);
  expect(receiver.heard.map(({ type }) => type)).toEqual(['namespace.changed', 'webhook.test']);
});

test('repeats of the same news have the same id, and other news another one', async () => {
  const { world, ann, receiver } = await opened();
  receiver.answer = FAILS;
  await world.mkdir(ann, 'a');
  await world.pass(A_MINUTE);
  receiver.answer = TAKES;
  await world.pass(10 * A_MINUTE);
  await world.mkdir(ann, 'b');
  await world.pass(A_MINUTE);
  const ids = receiver.posts.map(({ post }) => post.headers['webhook-id']);
  expect(ids.length).toBeGreaterThan(2);
  expect(new Set(ids).size).toBe(2);
});

test('what changes while a webhook is made is told', async () => {
  const world = new WebhookWorld();
  const ann = await world.person('ann');
  const { webhooks } = world.stores;
  const create = webhooks.create.bind(webhooks);
  webhooks.create = async (webhook) => {
    await world.mkdir(ann, 'a');
    await world.stream();
    await create(webhook);
  };
  const receiver = await world.follow(ann);
  await world.pass(A_MINUTE);
  expect(receiver.heard.at(-1)?.data.seq).toBe(await world.head(ann));
});

test('what changes while the test of an ended webhook is taken is told', async () => {
  const { world, ann, receiver } = await opened();
  receiver.answer = () => ({ kind: 'answered', status: 410 });
  await world.mkdir(ann, 'a');
  await world.pass(A_MINUTE);
  receiver.answer = async () => {
    receiver.answer = TAKES;
    await world.mkdir(ann, 'b');
    await world.stream();
    return TAKES();
  };
  await world.call(ann, 'testWebhook', { parameters: { webhookId: receiver.webhookId } });
  await world.pass(A_MINUTE);
  expect(receiver.heard.at(-1)?.data.seq).toBe(await world.head(ann));
});

test('what changes while a message is taken that came again before its time is told', async () => {
  const { world, ann, receiver } = await opened();
  const { deliveries } = world.stores;
  const hide = deliveries.hide.bind(deliveries);
  deliveries.hide = () => Promise.reject(new UnavailableError('not today'));
  receiver.answer = FAILS;
  await world.mkdir(ann, 'a');
  await world.stream();
  world.stores.clock.advance(GATHER_SECONDS * SECOND_MS);
  await world.deliver();
  deliveries.hide = hide;
  receiver.answer = async () => {
    receiver.answer = TAKES;
    await world.mkdir(ann, 'b');
    await world.stream();
    return TAKES();
  };
  await world.deliver();
  expect(receiver.posts).toHaveLength(2);
  await world.pass(A_MINUTE);
  expect(receiver.heard.at(-1)?.data.seq).toBe(await world.head(ann));
});

/** The receiver takes its time for one message; meanwhile another change is told, and gets another answer. */
async function answersTwo(given: Awaited<ReturnType<typeof opened>>, slow: SendResult, quick: SendResult) {
  const { world, ann, receiver } = given;
  receiver.answer = async () => {
    receiver.answer = () => quick;
    await world.mkdir(ann, 'b');
    await world.stream();
    world.stores.clock.advance(GATHER_SECONDS * SECOND_MS);
    await world.deliver();
    receiver.answer = TAKES;
    return slow;
  };
  await world.mkdir(ann, 'a');
  await world.stream();
  world.stores.clock.advance(GATHER_SECONDS * SECOND_MS);
  await world.deliver();
}

test('a webhook that has ended while an earlier message was being taken stays ended', async () => {
  const given = await opened();
  await answersTwo(given, TAKES(), { kind: 'answered', status: 410 });
  expect(await given.world.stateOf(given.ann, given.receiver)).toMatchObject({ end: 'gone' });
});

test('a receiver that has taken later news meanwhile is not failing, although an earlier message found nobody', async () => {
  const given = await opened();
  const { world, ann, receiver } = given;
  await answersTwo(given, { kind: 'unreachable' }, TAKES());
  await world.pass(A_MINUTE);
  expect(await world.stateOf(ann, receiver)).not.toHaveProperty('failingSince');
  world.stores.clock.advance(WEBHOOK_FAILING_MS);
  receiver.answer = FAILS;
  await world.mkdir(ann, 'c');
  await world.pass(A_MINUTE);
  expect(await world.stateOf(ann, receiver)).not.toHaveProperty('end');
});

test('a message that nobody can read is reported, and holds up no other', async () => {
  const { world, ann, receiver } = await opened();
  const { deliveries, telemetry } = world.stores;
  const nobody = { kind: 'changed', namespaceId: ann.namespaceId, webhookId: WebhookId.parse('0'.repeat(26)) } as const;
  await deliveries.send({ ...nobody, ticket: 'what' }, 0);
  await world.mkdir(ann, 'a');
  await world.pass(A_MINUTE);
  expect(receiver.heard).toHaveLength(1);
  expect(deliveries.waiting).toBe(1);
  expect(telemetry.invocations.some(({ route, code }) => route === 'deliver' && code === 'internal')).toBe(true);
});

interface Doing {
  readonly what: 'commit' | 'stream' | 'deliver' | 'test' | 'follow' | 'answer';
  readonly seconds: number;
  readonly status: number;
}

const doing: fc.Arbitrary<Doing> = fc.record({
  what: fc.constantFrom('commit', 'commit', 'stream', 'deliver', 'deliver', 'test', 'follow', 'answer'),
  seconds: fc.constantFrom(0, 0, 1, 3, 6, 40, 4000),
  status: fc.constantFrom(200, 204, 302, 404, 500),
});

test('whatever fails in between, a receiver hears in the end how far the journal is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(doing, { minLength: 1, maxLength: 40 }),
      fc.string({ maxLength: 8 }),
      async (story, seed) => {
        const world = new WebhookWorld(new SeededRandom(seed));
        const ann = await world.person('ann');
        await world.follow(ann);
        let folders = 0;
        for (const { what, seconds, status } of story) {
          world.faults = 0.2;
          world.stores.clock.advance(seconds * SECOND_MS);
          if (what === 'commit') await world.mkdir(ann, `folder ${folders++}`);
          else if (what === 'stream') await world.stream();
          else if (what === 'deliver') await world.deliver();
          else if (what === 'follow' && world.receivers.length < 3) await world.follow(ann);
          const receiver = world.receivers[status % world.receivers.length];
          if (receiver === undefined) continue;
          if (what === 'answer') receiver.answer = () => ({ kind: 'answered', status });
          if (what === 'test') await world.call(ann, 'testWebhook', { parameters: { webhookId: receiver.webhookId } });
        }
        world.faults = 0;
        for (const receiver of world.receivers) receiver.answer = TAKES;
        await world.pass((6 * HOUR_MS) / SECOND_MS);
        const seq = await world.head(ann);
        for (const receiver of world.receivers) {
          const state = await world.stateOf(ann, receiver);
          // What was there before it was made is not told.
          expect(state?.seq).toBe(seq);
        }
        expect(world.stores.deliveries.waiting).toBe(0);
      },
    ),
    { numRuns: propertyCases(150) },
  );
});
