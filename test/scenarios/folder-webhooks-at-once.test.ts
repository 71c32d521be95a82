import { expect, test } from '@jest/globals';
import { MINUTE_MS, type Node, SECOND_MS } from '@syncline/protocol';
import { GATHER_SECONDS } from '../../lambdas/webhooks/limits.ts';
import type { SendResult } from '../../lambdas/webhooks/webhook-sender.ts';
import { WebhookWorld } from '../support/webhook-world.ts';

/** Longer than any change gathers, and than a first look waits. */
const A_MINUTE = MINUTE_MS / SECOND_MS;
const TAKEN: SendResult = { kind: 'answered', status: 204 };

/** Somebody whose folder `followed` lies in `other`. */
async function opened() {
  const world = new WebhookWorld();
  const ann = await world.person('ann');
  const other = await world.mkdir(ann, 'other');
  const followed = await world.mkdir(ann, 'followed', other.nodeId);
  const receiver = await world.follow(ann, ann.namespaceId, followed.nodeId);
  await world.pass(A_MINUTE);
  const remove = async ({ nodeId, rev: baseRev }: Node) =>
    world.must(ann, { type: 'delete', nodeId, baseRev, baseSeq: await world.head(ann) });
  const bringBack = ({ nodeId }: Node) => world.must(ann, { type: 'restore', nodeId });
  return { world, ann, followed, other, receiver, remove, bringBack };
}

type Given = Awaited<ReturnType<typeof opened>>;

async function pass({ world }: Pick<Given, 'world'>): Promise<void> {
  await world.stream();
  world.stores.clock.advance(GATHER_SECONDS * SECOND_MS);
  await world.deliver();
}

/** While the next message is on its way to a receiver that takes its time, something happens, and the delivery that finds it is through before. */
function whileOneIsTaken({ world, receiver }: Given, act: () => Promise<unknown>): void {
  receiver.answer = async () => {
    receiver.answer = () => TAKEN;
    await act();
    await pass({ world });
    return TAKEN;
  };
}

/** The message that was sent last tells all. */
async function expectTold({ world, ann, receiver }: Given): Promise<void> {
  const last = receiver.posts.at(-1)?.post.body ?? '{}';
  expect(JSON.parse(last)).toMatchObject({ data: { seq: await world.head(ann) } });
}

test('that a folder came back is told, though it went into the trash while an earlier message was still being taken', async () => {
  const given = await opened();
  const { world, ann, followed, other, receiver, remove, bringBack } = given;
  whileOneIsTaken(given, () => remove(other));
  await world.mkdir(ann, 'a', followed.nodeId);
  await pass(given);
  expect(receiver.heard).toHaveLength(2);
  await bringBack(other);
  await world.pass(A_MINUTE);
  await expectTold(given);
  expect(await world.stateOf(ann, receiver)).not.toHaveProperty('restingSince');
});

test('that a folder came back is told, though it did while the receiver was still taking that it is in the trash', async () => {
  const given = await opened();
  const { world, ann, other, receiver, remove, bringBack } = given;
  whileOneIsTaken(given, () => bringBack(other));
  await remove(other);
  await world.pass(A_MINUTE);
  await expectTold(given);
  expect(await world.stateOf(ann, receiver)).not.toHaveProperty('restingSince');
});

test('that a folder is in the trash again is told, though that happened while the receiver was still taking that it is back', async () => {
  const given = await opened();
  const { world, ann, other, receiver, remove, bringBack } = given;
  await remove(other);
  await world.pass(A_MINUTE);
  let back = other;
  whileOneIsTaken(given, () => remove(back));
  back = (await bringBack(other)).node;
  await world.pass(A_MINUTE);
  await expectTold(given);
  expect(await world.stateOf(ann, receiver)).toMatchObject({ restingSince: expect.any(String) });
});

test('when two messages were on their way at once, one more is sent, and then what happens elsewhere is told to nobody', async () => {
  const given = await opened();
  const { world, ann, followed, receiver } = given;
  whileOneIsTaken(given, () => world.mkdir(ann, 'b', followed.nodeId));
  await world.mkdir(ann, 'a', followed.nodeId);
  await world.pass(A_MINUTE);
  expect(receiver.heard).toHaveLength(3);
  await world.mkdir(ann, 'beside');
  await world.pass(A_MINUTE);
  expect(receiver.heard).toHaveLength(3);
});
