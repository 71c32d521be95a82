import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot, stages, synthesise } from './synthesised.ts';

/** CloudFormation makes a new, empty resource for a new logical id: these hold what nobody can make again. */
const stateful = new Set([
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::Cognito::UserPool',
  'AWS::Cognito::UserPoolClient',
]);

const frozen = JSON.parse(
  readFileSync(join(projectRoot, 'test', 'infrastructure', 'logical-ids.json'), 'utf8'),
) as Readonly<Record<string, Readonly<Record<string, string>>>>;

test.each(stages)('in stage %s everything that holds data keeps its logical id', (stage) => {
  const found = Object.entries(synthesise(stage).stacks).map(([stack, { Resources }]) => {
    const holding = Object.entries(Resources).filter(([, { Type }]) => stateful.has(Type));
    return [stack, Object.fromEntries(holding.map(([id, { Type }]) => [id, Type]))] as const;
  });
  // The files of the web app are published again with every deployment, and the canary's password can be set again.
  const lasting = found.filter(([stack, ids]) => !['Web', 'Canary'].includes(stack) && Object.keys(ids).length > 0);
  expect(Object.fromEntries(lasting)).toEqual(frozen);
});

test('outside stage local, what holds data is kept when its stack is deleted or replaces it', () => {
  for (const stage of ['dev', 'prod'] as const) {
    for (const { Resources } of Object.values(synthesise(stage).stacks)) {
      const holding = Object.values(Resources).filter(
        ({ Type }) => stateful.has(Type) && Type !== 'AWS::Cognito::UserPoolClient',
      );
      for (const { DeletionPolicy, UpdateReplacePolicy } of holding) {
        expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
      }
    }
  }
});

test('outside stage local, stacks that hold data refuse to be deleted', () => {
  expect(synthesise('local').protectedStacks).toEqual([]);
  expect(synthesise('dev').protectedStacks.toSorted()).toEqual(['Identity', 'Storage']);
  expect(synthesise('prod').protectedStacks.toSorted()).toEqual(['Identity', 'Storage']);
});
