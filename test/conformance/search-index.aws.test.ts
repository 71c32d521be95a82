import { expect, test } from '@jest/globals';
import { AwsRequests } from '../../lambdas/runtime/aws-requests.ts';
import { READ_ALIAS } from '../../lambdas/search/index-definition.ts';
import { OpensearchSearchIndex } from '../../lambdas/search/opensearch-search-index.ts';
import { prepareIndex } from '../../lambdas/search/prepare-index.ts';
import { searchConnection } from '../support/aws-world.ts';
import { describeSearchIndex } from './search-index.ts';

async function openIndex() {
  const connection = searchConnection();
  const { endpoint } = connection;
  const requests = new AwsRequests({ signingName: 'es', connection });
  await prepareIndex({ requests, endpoint });
  return { index: new OpensearchSearchIndex({ requests, endpoint }), requests, endpoint };
}

describeSearchIndex(async () => {
  const { index, requests, endpoint } = await openIndex();
  return {
    index,
    settle: async () => {
      await requests.send({ method: 'POST', url: new URL(`${endpoint}/${READ_ALIAS}/_refresh`) });
    },
    close: async () => undefined,
  };
});

test('the index is made once, however many make it at once', async () => {
  const made = await Promise.allSettled([openIndex(), openIndex(), openIndex()]);
  expect(made.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
});
