import { expect, test } from '@jest/globals';
import { encodeUlid } from '@syncline/protocol';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { createIndexHandler } from '../../lambdas/search/create-index-handler.ts';
import { createInMemoryStores } from '../support/in-memory-stores.ts';
import { receivedMessage } from '../support/received-message.ts';

const NAMESPACE = encodeUlid(new Uint8Array(16).fill(7));
const TASK = JSON.stringify({ kind: 'journal', namespaceId: NAMESPACE });

function openHandler(prepare: () => Promise<void> = async () => undefined) {
  const stores = createInMemoryStores();
  const { namespaces, index, indexProgress: progress, indexQueue: queue, clock, telemetry } = stores;
  return { ...stores, handler: createIndexHandler({ namespaces, index, progress, queue, prepare, clock, telemetry }) };
}

test('a message that nobody can read fails alone, and what came with it is done', async () => {
  const { handler, telemetry } = openHandler();
  const Records = [receivedMessage('bad', '{"kind":"what"}'), receivedMessage('good', TASK)];
  expect(await handler({ Records }, { awsRequestId: 'r' })).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
  expect(Object.fromEntries(telemetry.counts)).toEqual({ tasksPoisoned: 1, tasksFailed: 1 });
});

test('what fails comes again the later the more often it failed, and never later than in five minutes', async () => {
  const { handler, indexQueue } = openHandler(async () => {
    throw new UnavailableError('the index is away');
  });
  for (const receives of [1, 2, 5, 100]) {
    await handler({ Records: [receivedMessage(`try ${receives}`, TASK, { receives })] }, { awsRequestId: 'r' });
  }
  expect(indexQueue.hidden).toEqual([
    ['receipt of try 1', 2],
    ['receipt of try 2', 4],
    ['receipt of try 5', 32],
    ['receipt of try 100', 300],
  ]);
});

test('a call tells how long the oldest task had waited, whether it failed or not, but not of what nobody can read', async () => {
  const { handler, telemetry, clock } = openHandler();
  const now = clock.now();
  const Records = [
    receivedMessage('old', TASK, { sentAt: now - 5000 }),
    receivedMessage('new', TASK, { sentAt: now - 10 }),
    receivedMessage('bad', 'x', { sentAt: 0 }),
  ];
  await handler({ Records }, { awsRequestId: 'r' });
  await handler({ Records: [receivedMessage('bad', 'x')] }, { awsRequestId: 'r' });
  expect(telemetry.invocations.map(({ lagMs }) => lagMs)).toEqual([5000, undefined]);
  const failing = openHandler(async () => {
    throw new UnavailableError('the index is away');
  });
  await failing.handler({ Records: [receivedMessage('old', TASK, { sentAt: now - 7000 })] }, { awsRequestId: 'r' });
  expect(failing.telemetry.invocations[0]?.lagMs).toBe(7000);
});
