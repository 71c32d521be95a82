import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { AwsRequests } from '../../lambdas/runtime/aws-requests.ts';
import { READ_ALIAS, WRITE_ALIAS } from '../../lambdas/search/index-definition.ts';
import { OpensearchIndexGenerations } from '../../lambdas/search/opensearch-index-generations.ts';
import { OpensearchSearchIndex } from '../../lambdas/search/opensearch-search-index.ts';
import { prepareIndex } from '../../lambdas/search/prepare-index.ts';
import { searchConnection } from '../support/aws-world.ts';
import { openCollectionProxy } from '../support/collection-proxy.ts';
import { describeSearchIndex } from './search-index.ts';

/** The engine that all tests share, as a serverless collection lets itself be asked. */
async function openCollection() {
  const { endpoint: engineUrl, ...rest } = searchConnection();
  const proxy = await openCollectionProxy(engineUrl);
  const requests = new AwsRequests({ signingName: 'aoss', connection: { ...rest, endpoint: proxy.url } });
  const waitUntilSeen = async (): Promise<void> => {
    await fetch(`${engineUrl}/${READ_ALIAS}-*/_refresh`, { method: 'POST' });
  };
  const options = { requests, endpoint: proxy.url, engine: 'serverless' as const, waitUntilSeen };
  const generations = new OpensearchIndexGenerations(options);
  const name = `${READ_ALIAS}-collection-${randomUUID()}`;
  await generations.make(name);
  return { proxy, generations, options, name, engineUrl, waitUntilSeen };
}

describeSearchIndex(
  async () => {
    const { proxy, generations, name, engineUrl, waitUntilSeen } = await openCollection();
    return {
      index: generations.open(name),
      settle: waitUntilSeen,
      close: async () => {
        await fetch(`${engineUrl}/${name}`, { method: 'DELETE' });
        await proxy.close();
        expect(proxy.refused).toEqual([]);
      },
    };
  },
  { hasVersions: false },
);

test('what the service asks of an index that serves is what a collection takes', async () => {
  const { proxy, generations, options, name, engineUrl } = await openCollection();
  // What all tests share is of a domain's definition, whoever comes first.
  const connection = searchConnection();
  await prepareIndex({ requests: new AwsRequests({ signingName: 'es', connection }), endpoint: engineUrl });
  expect(await generations.list()).toContainEqual(expect.objectContaining({ isServing: true }));
  await prepareIndex(options);
  const index = new OpensearchSearchIndex(options);
  const query = { namespaceIds: ['01J0000000000000000000000A' as never], terms: [], excluded: [] };
  expect(await index.find({ ...query, filter: { isTrashed: false }, sort: 'relevance', limit: 1 })).toMatchObject({
    hits: [],
    total: 0,
  });
  await fetch(`${engineUrl}/${name}`, { method: 'DELETE' });
  await proxy.close();
  expect(proxy.refused).toEqual([]);
});

test('a collection that is asked as a domain refuses', async () => {
  const { proxy, options, name, engineUrl } = await openCollection();
  const index = new OpensearchSearchIndex({ ...options, engine: 'domain', readName: name, writeName: WRITE_ALIAS });
  await expect(index.listUnread({ limit: 1 })).rejects.toThrow('the search index answers 404');
  await fetch(`${engineUrl}/${name}`, { method: 'DELETE' });
  await proxy.close();
  expect(proxy.refused).toHaveLength(1);
});
