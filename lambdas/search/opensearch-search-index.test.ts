import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ContentHash, NamespaceId, type NodeId } from '@syncline/protocol';
import { AwsRequests } from '../runtime/aws-requests.ts';
import type { EngineKind } from './engine-kind.ts';
import { OpensearchSearchIndex } from './opensearch-search-index.ts';
import type { SearchDocument } from './search-index.ts';

const NAMESPACE = NamespaceId.parse('01J0000000000000000000000A');
const NODE = '01J0000000000000000000000B' as NodeId;
const document: SearchDocument = {
  namespaceId: NAMESPACE,
  nodeId: NODE,
  parentId: NODE,
  aboveIds: [],
  kind: 'file',
  name: 'a.txt',
  path: '/a.txt',
  type: 'text',
  size: 5,
  modifiedAt: '2026-01-01T00:00:00.000Z',
  isTrashed: false,
  contentHash: ContentHash.parse('ab'.repeat(32)),
};

/** What the engine answers, and what it was asked. */
let answer: object = {};
const asked: { readonly url: string; readonly body: string; readonly signed: string }[] = [];

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.once('end', () => {
    const [, signed = ''] = /\/([a-z]+)\/aws4_request/.exec(request.headers.authorization ?? '') ?? [];
    asked.push({ url: request.url ?? '', body: Buffer.concat(parts).toString(), signed });
    response.end(JSON.stringify(answer));
  });
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked.length = 0;
});

function openIndex(engine: EngineKind): OpensearchSearchIndex {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = async () => ({ accessKeyId: 'key', secretAccessKey: 'secret' });
  const signingName = engine === 'serverless' ? 'aoss' : 'es';
  const requests = new AwsRequests({ signingName, connection: { region: 'eu-central-1', endpoint, credentials } });
  return new OpensearchSearchIndex({ requests, endpoint, engine });
}

const actionOf = (body: string): unknown => JSON.parse(body.split('\n')[0] ?? '');
const NOTHING_FOUND = { hits: { hits: [], total: { value: 0 } } };

describe('a domain', () => {
  test('is given where a document lies and how late it was read, and only writes where an alias is', async () => {
    answer = { errors: false, items: [] };
    await openIndex('domain').apply([{ kind: 'put', version: 7, document }]);
    expect(asked).toMatchObject([{ url: '/syncline-nodes-write/_bulk?require_alias=true', signed: 'es' }]);
    expect(actionOf(asked[0]?.body ?? '')).toEqual({
      index: { _id: `${NAMESPACE}.${NODE}`, routing: NAMESPACE, version: 7, version_type: 'external_gte' },
    });
  });

  test('that has no index takes nothing, and says so; what is to be removed and is not there is removed', async () => {
    const index = openIndex('domain');
    const error = { type: 'index_not_found_exception' };
    answer = { errors: true, items: [{ index: { status: 404, error } }] };
    await expect(index.apply([{ kind: 'put', version: 7, document }])).rejects.toThrow('index_not_found_exception');
    answer = { errors: true, items: [{ delete: { status: 404, error } }] };
    const removal = { kind: 'remove', version: 7, namespaceId: NAMESPACE, nodeId: NODE } as const;
    await expect(index.apply([removal])).rejects.toThrow('index_not_found_exception');
    answer = { errors: false, items: [{ delete: { status: 404 } }] };
    await index.apply([removal]);
  });

  test('is asked to show what was written before whoever has to see all of it looks', async () => {
    answer = NOTHING_FOUND;
    const index = openIndex('domain');
    await index.listBelow({ namespaceId: NAMESPACE, limit: 10 });
    await index.listUnread({ limit: 10 });
    await index.listUnread({ limit: 10, after: document });
    expect(asked.map(({ url }) => url)).toEqual([
      '/syncline-nodes/_refresh',
      `/syncline-nodes/_search?routing=${NAMESPACE}&preference=${NAMESPACE}`,
      '/syncline-nodes/_refresh',
      '/syncline-nodes/_search',
      '/syncline-nodes/_search',
    ]);
  });
});

describe('a serverless collection', () => {
  test('is asked for nothing that it does not take', async () => {
    const index = openIndex('serverless');
    answer = { errors: false, items: [] };
    await index.apply([{ kind: 'put', version: 7, document }]);
    expect(actionOf(asked[0]?.body ?? '')).toEqual({ index: { _id: `${NAMESPACE}.${NODE}` } });
    const source = { namespaceId: NAMESPACE, nodeId: NODE, textHash: document.contentHash, text: 'words' };
    answer = { hits: { hits: [{ _source: source }], total: { value: 1 } } };
    expect(await index.getTexts([document])).toEqual(
      new Map([[NODE, { contentHash: document.contentHash, text: 'words' }]]),
    );
    expect(await index.listBelow({ namespaceId: NAMESPACE, limit: 10 })).toEqual([{ nodeId: NODE, version: 0 }]);
    await index.find({
      namespaceIds: [NAMESPACE],
      terms: [],
      excluded: [],
      filter: { isTrashed: false },
      sort: 'name',
      limit: 10,
    });
    expect(asked.map(({ url, signed }) => `${signed} ${url}`)).toEqual([
      'aoss /syncline-nodes-write/_bulk',
      'aoss /syncline-nodes/_search',
      'aoss /syncline-nodes/_search',
      'aoss /syncline-nodes/_search',
    ]);
  });
});
