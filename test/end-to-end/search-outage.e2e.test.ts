import { afterAll, expect, test } from '@jest/globals';
import { rootNodeId } from '@syncline/protocol';
import { type ApiDevice, newEmail, newOpId, openApiDevice, valueOf } from '../support/api-device.ts';
import { awsConnection } from '../support/aws-world.ts';
import { turnSearchEngine } from '../support/engine-switch.ts';
import { eventually } from '../support/eventually.ts';
import { queueRequests } from '../support/queue-requests.ts';
import { useSearchAlone } from '../support/search-turn.ts';
import { sharedStack } from '../support/shared-stack.ts';

useSearchAlone();

/** For how long the engine is away, beyond the time that its restart takes; nightly runs have a minute. */
const OUTAGE_MS = Number(process.env['SYNCLINE_OUTAGE_MS'] ?? 0);

/** Whoever runs after this needs it. */
afterAll(() => turnSearchEngine('on'));

async function makeFolder({ api, account }: ApiDevice, name: string): Promise<void> {
  const namespaceId = account.homeNamespaceId;
  const place = { namespaceId, parentId: rootNodeId(namespaceId), name };
  const operation = { type: 'mkdir' as const, opId: newOpId(), ...place };
  const [result] = valueOf(await api.commit({ body: { operations: [operation] } })).results;
  expect(result).toMatchObject({ status: 'committed' });
}

async function namesOf({ api }: ApiDevice, q: string): Promise<readonly string[]> {
  const { hits } = valueOf(await api.search({ query: { q, sort: 'name' } }));
  return hits.map(({ node }) => node.name);
}

test('while the index is away everything but search goes on, names in one folder are found, and nothing is lost when it is back', async () => {
  const ann = await openApiDevice({ apiUrl: sharedStack().apiUrl, email: newEmail() });
  await makeFolder(ann, 'harvest before');
  await eventually(async () => expect(await namesOf(ann, 'harvest')).toEqual(['harvest before']));
  // What nobody can read is in the queue all the time.
  const ask = queueRequests(awsConnection());
  const { QueueUrls: urls } = await ask('ListQueues', {});
  const queueUrl = (urls as readonly string[]).find((url) => url.includes('IndexQueue'));
  await ask('SendMessage', { QueueUrl: queueUrl, MessageBody: 'this is no task' });

  await turnSearchEngine('off');
  for (const name of ['harvest one', 'harvest two', 'sowing']) await makeFolder(ann, name);
  const everywhere = await ann.api.search({ query: { q: 'harvest' } });
  expect(everywhere).toMatchObject({ ok: false, problem: { code: 'unavailable' } });
  expect(everywhere.ok ? '' : everywhere.problem.detail).toContain('search index');
  const folderId = rootNodeId(ann.account.homeNamespaceId);
  const inFolder = valueOf(await ann.api.search({ query: { q: 'harv', folderId } }));
  expect(inFolder.covers).toBe('names');
  expect(inFolder.hits.map(({ node }) => node.name)).toEqual(['harvest before', 'harvest one', 'harvest two']);

  await new Promise((resolve) => void setTimeout(resolve, OUTAGE_MS));
  await makeFolder(ann, 'harvest three');
  await turnSearchEngine('on');
  await eventually(async () =>
    expect(await namesOf(ann, 'harvest')).toEqual(['harvest before', 'harvest one', 'harvest three', 'harvest two']),
  );
});
