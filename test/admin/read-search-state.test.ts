import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readSearchState } from '../../admin/read-search-state.ts';
import { generationName } from '../../lambdas/search/index-definition.ts';

/** What an engine and its queues answer. Source: OpenSearch, "Cluster health", "Cluster stats"; Amazon SQS API Reference. */
const ANSWERS: Readonly<Record<string, object>> = {
  'GET /_cluster/health': { status: 'green', number_of_nodes: 3 },
  'GET /': { version: { distribution: 'opensearch', number: '2.19.5' } },
  'GET /_cluster/stats': { nodes: { fs: { total_in_bytes: 100, free_in_bytes: 90, available_in_bytes: 80 } } },
  'GET /syncline-nodes-*/_alias': { [generationName(1)]: { aliases: { 'syncline-nodes': {} } } },
  'GET /syncline-nodes/_count': { count: 42 },
  'POST /': { Attributes: { ApproximateNumberOfMessages: '7' } },
};
let isAway = false;

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    const answer = ANSWERS[`${request.method ?? ''} ${request.url ?? ''}`];
    const isRefused = answer === undefined || (isAway && request.method === 'GET');
    response.writeHead(isRefused ? 503 : 200).end(JSON.stringify(answer ?? {}));
  });
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function read() {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = async () => ({ accessKeyId: 'key', secretAccessKey: 'secret' });
  return readSearchState({
    connection: { region: 'eu-central-1', endpoint, credentials },
    endpoint,
    signingName: 'es',
    queueUrls: { tasks: 'tasks', tasksAside: 'aside', contents: 'contents', contentsAside: 'aside' },
    tableNames: { accounts: '', changes: '', files: '', sessions: '' },
  });
}

test('the engine, the indices and the queues are looked at', async () => {
  isAway = false;
  expect(await read()).toMatchObject({
    engine: { status: 'green', version: '2.19.5', nodes: 3, leftBytes: 80, totalBytes: 100 },
    domain: undefined,
    indices: [{ name: generationName(1), isServing: true }],
    documents: 42,
    queues: [
      { name: 'tasks of the index', waiting: 7, aside: 7 },
      { name: 'contents to be read', waiting: 7, aside: 7 },
    ],
  });
});

test('an engine that is away is told, and its queues are looked at all the same', async () => {
  isAway = true;
  expect(await read()).toMatchObject({ engine: 'away', indices: [], queues: [{ waiting: 7 }, { waiting: 7 }] });
});
