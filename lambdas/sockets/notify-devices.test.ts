import { expect, test } from '@jest/globals';
import { epochMs, type NamespaceId, type ServerMessage } from '@syncline/protocol';
import { join, type Member } from '../../test/support/in-memory-member.ts';
import { InMemoryService } from '../../test/support/in-memory-service.ts';
import type { StreamRecord } from '../runtime/stream-records.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { createNotifyHandler } from './create-notify-handler.ts';
import { decodeAppendedEntry } from './dynamodb-appended-entry.ts';

const CONTEXT = { awsRequestId: 'r' };

function world() {
  const service = new InMemoryService();
  const handler = createNotifyHandler({ ...service.stores, decodeEntry: decodeAppendedEntry });
  const received = new Map<string, ServerMessage[]>();
  const connect = async (connectionId: string, { accountId, deviceId }: Member): Promise<void> => {
    const { sockets, pusher, clock } = service.stores;
    const messages: ServerMessage[] = [];
    received.set(connectionId, messages);
    pusher.open(connectionId, { receive: (message) => messages.push(message), closed: () => undefined });
    await sockets.putConnection({ connectionId, accountId, deviceId, expiresAt: epochMs(clock.now() + 60_000) });
  };
  const failures = async (records: readonly StreamRecord[]): Promise<readonly string[]> =>
    (await handler({ Records: records }, CONTEXT)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  return { service, received, connect, failures };
}

/** The record of a journal entry, as DynamoDB's stream tells it. */
function record(sequenceNumber: string, entry: { member: Member; seq: number; namespaceId?: NamespaceId }) {
  const { member, seq, namespaceId = member.namespaceId } = entry;
  return {
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber: sequenceNumber,
      NewImage: {
        pk: { S: namespaceId },
        sk: { N: String(seq) },
        epoch: { N: '1' },
        deviceId: { S: member.deviceId },
        name: { S: 'plans.txt' },
      },
    },
  };
}

const POISON = { eventName: 'INSERT', dynamodb: { SequenceNumber: '20', NewImage: { pk: { S: 'not an id' } } } };

function changed(member: Member, seq: number): ServerMessage {
  return { type: 'changed', namespaceId: member.namespaceId, epoch: 1, seq };
}

test('every other device of a member is told once how far the journal has come', async () => {
  const { service, received, connect, failures } = world();
  const [desk, phone] = [await join(service, 'alice', 'desk'), await join(service, 'alice', 'phone')];
  const bob = await join(service, 'bob');
  await connect('desk', desk);
  await connect('phone', phone);
  await connect('bob', bob);
  const records = [3, 1, 2].map((seq) => record(`${10 + seq}`, { member: desk, seq }));
  expect(await failures(records)).toEqual([]);
  expect([...received]).toEqual([
    ['desk', []],
    ['phone', [changed(desk, 3)]],
    ['bob', []],
  ]);
});

test('a device is told of its own entries when another device made some of them', async () => {
  const { service, received, connect, failures } = world();
  const [desk, phone] = [await join(service, 'alice', 'desk'), await join(service, 'alice', 'phone')];
  await connect('desk', desk);
  await connect('phone', phone);
  await failures([1, 2, 3].map((seq) => record(`${seq}`, { member: seq === 2 ? phone : desk, seq })));
  expect(received.get('desk')).toEqual([changed(desk, 3)]);
  expect(received.get('phone')).toEqual([changed(desk, 3)]);
});

test('the same batch again only repeats the hint', async () => {
  const { service, received, connect, failures } = world();
  const [desk, phone] = [await join(service, 'alice', 'desk'), await join(service, 'alice', 'phone')];
  await connect('phone', phone);
  const records = [record('1', { member: desk, seq: 1 })];
  await failures(records);
  await failures(records);
  expect(received.get('phone')).toEqual([changed(desk, 1), changed(desk, 1)]);
});

test('a connection that is gone is forgotten, and is no failure', async () => {
  const { service, connect, failures } = world();
  const [desk, phone] = [await join(service, 'alice', 'desk'), await join(service, 'alice', 'phone')];
  await connect('phone', phone);
  service.stores.pusher.drop('phone');
  expect(await failures([record('1', { member: desk, seq: 1 })])).toEqual([]);
  const { sockets, clock } = service.stores;
  expect(await sockets.listConnections(phone.accountId, clock.now())).toEqual([]);
});

test('a connection that cannot be reached fails its namespace from its first record on, and keeps no other from being told', async () => {
  const { service, received, connect, failures } = world();
  const [desk, phone] = [await join(service, 'alice', 'desk'), await join(service, 'alice', 'phone')];
  const [bob, bobsPhone] = [await join(service, 'bob', 'desk'), await join(service, 'bob', 'phone')];
  await connect('broken', phone);
  await connect('phone', phone);
  await connect('bob', bobsPhone);
  const { pusher } = service.stores;
  const post = pusher.post.bind(pusher);
  pusher.post = async (connectionId, message) => {
    if (connectionId === 'broken') throw new UnavailableError('no answer');
    return post(connectionId, message);
  };
  const batch = [
    record('11', { member: bob, seq: 1 }),
    record('12', { member: desk, seq: 1 }),
    record('13', { member: bob, seq: 2 }),
    record('14', { member: desk, seq: 2 }),
  ];
  expect(await failures(batch)).toEqual(['12']);
  expect(received.get('phone')).toEqual([changed(desk, 2)]);
  expect(received.get('bob')).toEqual([changed(bob, 2)]);
});

test('a record that cannot be read is reported, and everything around it is pushed', async () => {
  const { service, received, connect, failures } = world();
  const [desk, phone] = [await join(service, 'alice', 'desk'), await join(service, 'alice', 'phone')];
  await connect('phone', phone);
  const batch = [record('19', { member: desk, seq: 1 }), POISON, record('21', { member: desk, seq: 2 })];
  expect(await failures(batch)).toEqual(['20']);
  expect(received.get('phone')).toEqual([changed(desk, 2)]);
  const { telemetry } = service.stores;
  expect(telemetry.counts.get('recordsPoisoned')).toBe(1);
  const line = telemetry.invocations.at(-1);
  expect(line).toMatchObject({ route: 'notify', code: 'internal' });
  expect(JSON.stringify(line)).not.toContain('not an id');
});

test('the lowest of several failures is the one that is reported', async () => {
  const { service, connect, failures } = world();
  const [desk, phone] = [await join(service, 'alice', 'desk'), await join(service, 'alice', 'phone')];
  await connect('phone', phone);
  service.stores.pusher.post = async () => {
    throw new UnavailableError('no answer');
  };
  expect(await failures([record('19', { member: desk, seq: 1 }), POISON])).toEqual(['19']);
  expect(await failures([POISON, record('21', { member: desk, seq: 1 })])).toEqual(['20']);
});

test('entries that DynamoDB removes after their retention are no news', async () => {
  const { service, received, connect, failures } = world();
  const [desk, phone] = [await join(service, 'alice', 'desk'), await join(service, 'alice', 'phone')];
  await connect('phone', phone);
  expect(await failures([{ ...record('1', { member: desk, seq: 1 }), eventName: 'REMOVE' }])).toEqual([]);
  expect(received.get('phone')).toEqual([]);
});

test('no name of a file reaches a device or a log', async () => {
  const { service, received, connect, failures } = world();
  const [desk, phone] = [await join(service, 'alice', 'desk'), await join(service, 'alice', 'phone')];
  await connect('phone', phone);
  await failures([record('1', { member: desk, seq: 1 })]);
  expect(JSON.stringify([...received, service.stores.telemetry.invocations])).not.toContain('plans.txt');
});
