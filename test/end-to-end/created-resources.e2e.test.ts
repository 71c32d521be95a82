import { expect, test } from '@jest/globals';
import { synthesise, withSearch } from '../infrastructure/synthesised.ts';
import { sharedStack } from '../support/shared-stack.ts';

/** The emulator reads of the signature only for which service it is. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cloudformation/aws4_request, SignedHeaders=host, Signature=0';

/** What CloudFormation says of the resources of a stack: `id type status`. */
async function resourcesOfStack(endpoint: string, stackName: string): Promise<readonly string[]> {
  const query = new URLSearchParams({ Action: 'DescribeStackResources', Version: '2010-05-15', StackName: stackName });
  const answer = await fetch(endpoint, { method: 'POST', headers: { authorization: AUTHORIZATION }, body: query });
  const xml = await answer.text();
  return [...xml.matchAll(/<member>(.*?)<\/member>/gs)].map(([, member = '']) =>
    ['LogicalResourceId', 'ResourceType', 'ResourceStatus']
      .map((name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(member)?.[1])
      .join(' '),
  );
}

test('the emulator has created every resource of every stack', async () => {
  const { endpoint, searchEndpoint } = sharedStack();
  const { stacks } = synthesise('local', searchEndpoint === undefined ? {} : withSearch('local'));
  for (const [name, { Resources }] of Object.entries(stacks)) {
    const resources = await resourcesOfStack(endpoint, `Syncline-local-${name}`);
    const expected = Object.entries(Resources).map(([id, { Type }]) => `${id} ${Type} CREATE_COMPLETE`);
    expect(resources.toSorted()).toEqual(expected.toSorted());
  }
});
