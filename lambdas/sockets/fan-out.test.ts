import { expect, test } from '@jest/globals';
import { epochMs, type ServerMessage } from '@syncline/protocol';
import { join, type Member } from '../../test/support/in-memory-member.ts';
import { InMemoryService } from '../../test/support/in-memory-service.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { createFanOutHandler } from './create-fan-out-handler.ts';
import { MEMBER_PAGE_MAX, MEMBERS_TOLD_PER_SECOND_MAX, NOTIFY_MEMBERS_DIRECT_MAX } from './limits.ts';
import { encodeMemberPage } from './member-page-message.ts';
import { notifyDevices } from './notify-devices.ts';

const CONTEXT = { awsRequestId: 'r' };

/** A namespace of alice with so many members, each with one connected device that has its account's name. */
async function world(members: number) {
  const service = new InMemoryService();
  const { stores } = service;
  const heard = new Map<string, ServerMessage[]>();
  const alice = await join(service, 'alice');
  const { namespaceId } = alice;
  const connect = async (member: Member): Promise<void> => {
    const { subject, accountId, deviceId } = member;
    stores.namespaces.setRole({ namespaceId, accountId, role: 'editor' });
    heard.set(subject, []);
    stores.pusher.open(subject, {
      receive: (message) => heard.get(subject)?.push(message),
      closed: () => undefined,
    });
    const expiresAt = epochMs(stores.clock.now() + 60_000);
    await stores.sockets.putConnection({ connectionId: subject, accountId, deviceId, expiresAt });
  };
  await connect(alice);
  const others: Member[] = [];
  for (let index = 1; index < members; index++) others.push(await join(service, `member ${index}`));
  for (const other of others) await connect(other);
  const notify = (seq: number, author = alice) =>
    notifyDevices({ ...stores, meter: stores.telemetry }, [{ namespaceId, epoch: 1, seq, deviceId: author.deviceId }]);
  const handle = createFanOutHandler(stores);
  const fanOut = async (bodies: readonly string[]) => {
    const records = bodies.map((body, index) => ({ messageId: `m${index}`, body }));
    return (await handle({ Records: records }, CONTEXT)).batchItemFailures.map((failure) => failure.itemIdentifier);
  };
  const takeBodies = () => stores.pushes.takePages().map(encodeMemberPage);
  const counted = (seq: number) =>
    [...heard.values()].filter((messages) =>
      messages.some((message) => message.type === 'changed' && message.seq === seq),
    ).length;
  return { stores, namespaceId, alice, others, heard, notify, fanOut, takeBodies, counted };
}

test('up to a limit of members all are told at once, and nothing is queued', async () => {
  const { notify, counted, takeBodies } = await world(NOTIFY_MEMBERS_DIRECT_MAX);
  expect(await notify(1)).toEqual(new Set());
  expect(counted(1)).toBe(NOTIFY_MEMBERS_DIRECT_MAX - 1);
  expect(takeBodies()).toEqual([]);
});

test('above it nobody is told at once, and the queue tells everybody but who knows already', async () => {
  const members = NOTIFY_MEMBERS_DIRECT_MAX + MEMBER_PAGE_MAX + 1;
  const { notify, counted, takeBodies, fanOut, heard } = await world(members);
  await notify(1);
  expect(counted(1)).toBe(0);
  const bodies = takeBodies();
  expect(bodies).toHaveLength(Math.ceil(members / MEMBER_PAGE_MAX));
  expect(await fanOut(bodies)).toEqual([]);
  expect(counted(1)).toBe(members - 1);
  expect(heard.get('alice')).toEqual([]);
});

test('members of a large namespace are told so many in a second, and all in the end', async () => {
  const members = MEMBERS_TOLD_PER_SECOND_MAX + MEMBER_PAGE_MAX;
  const { stores, notify, counted, fanOut } = await world(members);
  await notify(1);
  await fanOut(stores.pushes.takePages(0).map(encodeMemberPage));
  expect(counted(1)).toBe(MEMBERS_TOLD_PER_SECOND_MAX - 1);
  expect(stores.pushes.takePages(0)).toEqual([]);
  await fanOut(stores.pushes.takePages(1).map(encodeMemberPage));
  expect(counted(1)).toBe(members - 1);
});

test('a poisoned message is reported by its own name, and everything around it is pushed', async () => {
  const { stores, notify, counted, takeBodies, fanOut } = await world(NOTIFY_MEMBERS_DIRECT_MAX + MEMBER_PAGE_MAX);
  await notify(3);
  const [first = '', second = ''] = takeBodies();
  const poisons = ['', '{', '{"first":1}', first.replace('"changed"', '"revoked"')];
  expect(await fanOut([...poisons, first, 'plans.txt', second])).toEqual(['m0', 'm1', 'm2', 'm3', 'm5']);
  expect(counted(3)).toBe(NOTIFY_MEMBERS_DIRECT_MAX + MEMBER_PAGE_MAX - 1);
  expect(stores.telemetry.counts.get('pushPagesPoisoned')).toBe(5);
  expect(JSON.stringify(stores.telemetry.invocations)).not.toContain('plans.txt');
});

test('a page whose member cannot be reached comes again, and no other page does', async () => {
  const { stores, others, notify, counted, takeBodies, fanOut } = await world(
    NOTIFY_MEMBERS_DIRECT_MAX + MEMBER_PAGE_MAX,
  );
  await notify(4);
  const bodies = takeBodies();
  const broken = others[0]?.subject;
  const post = stores.pusher.post.bind(stores.pusher);
  stores.pusher.post = async (connectionId, message) => {
    if (connectionId === broken) throw new UnavailableError('no answer');
    return post(connectionId, message);
  };
  const failed = await fanOut(bodies);
  expect(failed).toHaveLength(1);
  expect(counted(4)).toBe(NOTIFY_MEMBERS_DIRECT_MAX + MEMBER_PAGE_MAX - 2);
  stores.pusher.post = post;
  expect(await fanOut(failed.map((name) => bodies[Number(name.slice(1))] ?? ''))).toEqual([]);
  expect(counted(4)).toBe(NOTIFY_MEMBERS_DIRECT_MAX + MEMBER_PAGE_MAX - 1);
});

test('a queue that takes nothing fails the namespace, so that the stream tries again', async () => {
  const { stores, namespaceId, notify } = await world(NOTIFY_MEMBERS_DIRECT_MAX + 1);
  stores.pushes.send = async () => {
    throw new UnavailableError('no answer');
  };
  expect(await notify(1)).toEqual(new Set([namespaceId]));
});

test('who was removed after a page was queued is not told, and who has joined is', async () => {
  const { stores, namespaceId, others, heard, notify, takeBodies, fanOut } = await world(NOTIFY_MEMBERS_DIRECT_MAX + 2);
  const sorted = others.toSorted((left, right) => (left.accountId < right.accountId ? -1 : 1));
  const [late, gone] = [sorted[5], sorted[6]];
  if (late === undefined || gone === undefined) throw new Error('there are members');
  stores.namespaces.setRole({ namespaceId, accountId: late.accountId, role: undefined });
  await notify(1);
  stores.namespaces.setRole({ namespaceId, accountId: late.accountId, role: 'viewer' });
  stores.namespaces.setRole({ namespaceId, accountId: gone.accountId, role: undefined });
  expect(await fanOut(takeBodies())).toEqual([]);
  expect(heard.get(gone.subject)).toEqual([]);
  expect(heard.get(late.subject)).toHaveLength(1);
});
