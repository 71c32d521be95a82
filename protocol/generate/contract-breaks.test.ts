import { expect, test } from '@jest/globals';
import { PROTOCOL_VERSION } from '../src/protocol-version.ts';
import { contractBreaks } from './contract-breaks.ts';
import { readKeptContract } from './kept-contracts.ts';
import { openapiDocument } from './openapi-document.ts';

test.each([PROTOCOL_VERSION - 1, PROTOCOL_VERSION])(
  'a client of version %i can do with this service all that it did, and reads what it is answered',
  (version) => {
    const kept = readKeptContract(version);
    // Before the first version there was none.
    expect(kept === undefined).toBe(version === 0);
    expect(contractBreaks(kept ?? openapiDocument(), openapiDocument())).toEqual([]);
  },
);

type Json = Record<string, unknown>;

/** The contract after a change to one of its schemas. */
function changed(name: string, change: (schema: { properties: Json; required: string[] }) => void): object {
  const document = structuredClone(openapiDocument()) as {
    components: { schemas: Record<string, { properties: Json; required: string[] } | undefined> };
  };
  const schema = document.components.schemas[name];
  if (schema === undefined) throw new Error(`there is no schema ${name}`);
  change(schema);
  return document;
}

const breaksOf = (newer: object) => contractBreaks(openapiDocument(), newer);

test.each([
  [
    'a member of an answer is removed',
    'ChangesResponse',
    (schema) => void delete schema.properties['cursor'],
    ['cursor'],
  ],
  [
    'a member of an answer is not always there any more',
    'ChangesResponse',
    ({ required }) => void required.splice(required.indexOf('cursor'), 1),
    ['cursor'],
  ],
  [
    'a member of an answer is of another type',
    'ChangesResponse',
    ({ properties }) => void (properties['cursor'] = { type: 'integer' }),
    ['cursor'],
  ],
  [
    'a member of a request is removed',
    'CommitRequest',
    (schema) => void delete schema.properties['operations'],
    ['operations'],
  ],
  [
    'a new member of a request is needed',
    'CommitRequest',
    (schema) => {
      schema.properties['reason'] = { type: 'string' };
      schema.required.push('reason');
    },
    ['reason'],
  ],
] as const satisfies readonly (readonly [
  string,
  string,
  (schema: { properties: Json; required: string[] }) => void,
  readonly string[],
])[])('it is told when %s', (_, name, change, named) => {
  const found = breaksOf(
    changed(name, (schema) => {
      change(schema);
      schema.required = schema.required.filter((each) => each in schema.properties);
    }),
  );
  expect(found.length).toBeGreaterThan(0);
  for (const word of named) expect(found.join('\n')).toContain(word);
});

test('it is told when a route is gone', () => {
  const document = structuredClone(openapiDocument()) as { paths: Json };
  delete document.paths['/v1/tree'];
  expect(breaksOf(document)).toEqual(['GET /v1/tree is gone']);
});

test('what is added, and may be left out, breaks nothing', () => {
  const add = ({ properties }: { properties: Json }): void => void (properties['more'] = { type: 'string' });
  expect(breaksOf(changed('ChangesResponse', add))).toEqual([]);
  expect(breaksOf(changed('CommitRequest', add))).toEqual([]);
});
