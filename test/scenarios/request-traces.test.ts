import { expect, test } from '@jest/globals';
import { assert, encodeUlid, opId, rootNodeId, routes } from '@syncline/protocol';
import { entryAttributes, entryKey } from '../../lambdas/namespaces/dynamodb-entry-item.ts';
import { createProjectHandler } from '../../lambdas/references/create-project-handler.ts';
import { lineTelemetry } from '../../lambdas/runtime/line-telemetry.ts';
import { createIndexHandler } from '../../lambdas/search/create-index-handler.ts';
import { createNotifyHandler } from '../../lambdas/sockets/create-notify-handler.ts';
import { decodeAppendedEntry } from '../../lambdas/sockets/dynamodb-appended-entry.ts';
import { join, type Member } from '../support/in-memory-member.ts';
import { eventOf, InMemoryService } from '../support/in-memory-service.ts';

type Line = Readonly<Record<string, unknown>>;

/** Telemetry as it is deployed, whose lines are kept. */
function keptLines() {
  const lines: Line[] = [];
  const keep = (line: string): void => {
    const document = JSON.parse(line) as Line;
    if (!('_aws' in document)) lines.push(document);
  };
  return { lines, telemetry: lineTelemetry({ stage: 'test', write: keep }) };
}

async function makeFolder(service: InMemoryService, member: Member, requestId: string): Promise<void> {
  const { namespaceId, subject, deviceId } = member;
  const operation = {
    type: 'mkdir',
    opId: opId(encodeUlid(new Uint8Array(16).fill(9)), 0),
    namespaceId,
    parentId: rootNodeId(namespaceId),
    name: 'plans',
  };
  const event = eventOf(routes.commit, { subject, deviceId });
  const body = JSON.stringify({ operations: [operation] });
  const { statusCode, body: answered } = await service.handle({
    ...event,
    headers: { ...event.headers, 'x-request-id': requestId },
    body,
  });
  assert(statusCode === 200, `the request is served: ${answered}`);
}

test('the request id of a client is found in the lines of the push, of the projection and of the index write that followed', async () => {
  const service = new InMemoryService();
  const { stores } = service;
  const ann = await join(service, 'ann');
  await makeFolder(service, ann, 'sync-42');
  const entries = await stores.namespaces.listEntries({ namespaceId: ann.namespaceId, after: 0, limit: 10 });
  // As the stream of the table tells them.
  const Records = entries.map((entry, index) => ({
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber: `${index}`,
      NewImage: { ...entryAttributes(entry, 0), ...entryKey(entry.namespaceId, entry.seq) },
    },
  }));
  stores.clock.advance(1500);
  const { lines, telemetry } = keptLines();
  const { namespaces, index, indexQueue: queue, indexProgress: progress, clock } = stores;
  const decodeEntry = decodeAppendedEntry;
  const project = createProjectHandler({ ...stores, telemetry, decodeEntry, indexTasks: queue });
  await createNotifyHandler({ ...stores, telemetry, decodeEntry })({ Records }, { awsRequestId: 'n' });
  await project({ Records }, { awsRequestId: 'p' });
  const follow = createIndexHandler({
    namespaces,
    index,
    queue,
    progress,
    prepare: async () => undefined,
    clock,
    telemetry,
  });
  const messages = queue.takeMessages().map((body, number) => ({
    messageId: `${number}`,
    body,
    receiptHandle: `${number}`,
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: `${clock.now()}` },
  }));
  await follow({ Records: messages }, { awsRequestId: 'i' });
  expect(lines.map(({ route, traces, lagMs }) => [route, traces, lagMs])).toEqual([
    ['notify', 'sync-42', 1500],
    ['project', 'sync-42', 1500],
    ['index', 'sync-42', 0],
  ]);
  expect(index.documents().map(({ name }) => name)).toEqual(['plans']);
});

test('no device is told by which request another one changed something', async () => {
  const service = new InMemoryService();
  const ann = await join(service, 'ann');
  const { namespaceId } = ann;
  const begun = await service.invoke('getCursor', {}, ann);
  assert(begun.ok, 'a cursor');
  const { cursor } = begun.value;
  await makeFolder(service, ann, 'sync-42');
  const changes = await service.invoke('listChanges', { query: { cursor } }, ann);
  const activity = await service.invoke('listActivity', { query: { namespaceId } }, ann);
  expect([changes.ok, activity.ok]).toEqual([true, true]);
  expect(JSON.stringify([changes, activity])).not.toContain('sync-42');
});
