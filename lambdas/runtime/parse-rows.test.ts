import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { propertyCases } from '../../test/support/property-runs.ts';
import { parseRows, rowParser } from './parse-rows.ts';

const name = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('pk', 'sk', 'was', '__proto__', '0', 'S', 'Items'),
);
const { attribute, row } = fc.letrec<{ readonly attribute: unknown; readonly row: object }>((tie) => ({
  attribute: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ S: fc.string({ unit: 'grapheme' }) }),
    fc.record({ N: fc.integer().map(String) }),
    fc.record({ B: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64')) }),
    fc.record({ BOOL: fc.boolean() }),
    fc.record({ M: tie('row') }),
    fc.record({ NULL: fc.constant(true) }),
    fc.record({ L: fc.array(tie('attribute'), { maxLength: 3 }) }),
    fc.record({ SS: fc.array(fc.string(), { maxLength: 3 }) }),
    fc.dictionary(name, fc.string(), { maxKeys: 2 }),
  ),
  row: fc.dictionary(name, tie('attribute'), { maxKeys: 5 }),
}));
const answer = fc.record(
  {
    Count: fc.nat(),
    Items: fc.array(row, { maxLength: 4 }),
    ScannedCount: fc.nat(),
    LastEvaluatedKey: row,
    Other: attribute,
  },
  { requiredKeys: [] },
);

const parse = (text: string): unknown => JSON.parse(text);

/** A row of every kind that is read here, so that none of these texts is left to the engine. */
const PLAIN = {
  pk: { S: 'ns' },
  sk: { N: '7' },
  hash: { B: 'AAAA' },
  executable: { BOOL: true },
  isShared: { BOOL: false },
  was: { M: { name: { S: 'ähnlich 東京 {S:},' }, more: { M: { rev: { N: '1' } } } } },
};

/** What was handed to the engine's parser while `task` ran. */
function leftToTheEngine(task: () => unknown): readonly string[] {
  const left: string[] = [];
  const engine = JSON.parse;
  JSON.parse = ((text: string) => {
    left.push(text);
    return engine(text) as unknown;
  }) as typeof JSON.parse;
  try {
    task();
  } finally {
    JSON.parse = engine;
  }
  return left;
}

test('an answer is read as the engine reads it, whatever is in it', () => {
  fc.assert(
    fc.property(answer, (given) => {
      const text = JSON.stringify(given);
      expect(JSON.stringify(parseRows(text))).toBe(JSON.stringify(parse(text)));
      expect(parseRows(text)).toEqual(parse(text));
    }),
    { numRuns: propertyCases(1000) },
  );
});

test('an answer that is cut off, or not JSON, is refused as the engine refuses it', () => {
  const text = JSON.stringify({ Count: 2, Items: [PLAIN, PLAIN], ScannedCount: 2 });
  for (let length = 0; length < text.length; length++)
    expect(() => parseRows(text.slice(0, length))).toThrow(SyntaxError);
  expect(() => parseRows('{"Items":[{"a":{"S":"x"} }')).toThrow(SyntaxError);
});

test('rows as DynamoDB writes them are not left to the engine, also where their names differ', () => {
  const { was, ...moved } = PLAIN;
  for (const Items of [[PLAIN], [PLAIN, PLAIN, { sk: { N: '8' }, pk: { S: 'ns' } }, { was, ...moved }]]) {
    const given = { Count: Items.length, Items, ScannedCount: Items.length, LastEvaluatedKey: { pk: { S: 'ns' } } };
    const text = JSON.stringify(given);
    const left = leftToTheEngine(() => expect(parseRows(text)).toEqual(given));
    expect(left).toEqual([JSON.stringify({ ...given, Items: [] })]);
  }
});

test('rows of AWS’s own engine are not left to the parser of this one', () => {
  // As DynamoDB Local writes it: names in no order, and characters of all languages as they are.
  const rowOf = (sk: string): string =>
    `{"sk":{"N":"${sk}"},"x":{"BOOL":true},"b":{"B":"//8="},"pk":{"S":"a"},"t":{"S":"ä/東"},"m":{"M":{"n":{"N":"1"}}}}`;
  const rest = '"Count":2,"ScannedCount":2,"LastEvaluatedKey":{"sk":{"N":"2"},"pk":{"S":"a"}}}';
  const text = `{"Items":[${rowOf('1')},${rowOf('2')}],${rest}`;
  const given = parse(text);
  expect(leftToTheEngine(() => expect(parseRows(text)).toEqual(given))).toEqual([`{"Items":[],${rest}`]);
});

test('the first rows of a client are left to the engine, and later ones are not', () => {
  const one = JSON.stringify({ Item: PLAIN });
  const rows = JSON.stringify({ Items: [PLAIN] });
  const read = rowParser();
  expect(leftToTheEngine(() => read(one))).toEqual([one]);
  expect(leftToTheEngine(() => read(rows))).toEqual([rows]);
  expect(leftToTheEngine(() => expect(read(rows)).toEqual({ Items: [PLAIN] }))).toEqual(['{"Items":[]}']);
});

test.each([
  ['a name that begins as the one of the row before', [{ a: { S: 'x' } }, { ab: { S: 'y' } }]],
  ['a backslash in a text', [{ a: { S: '\\' } }]],
  ['a quote in a text', [{ a: { S: 'x"}' } }, { 'b"': { S: '\\' } }]],
  ['a value with two members', [{ a: { S: 'x', N: '1' } }, { b: { M: { c: { N: '1' } }, S: '' } }]],
])('%s is read as the engine reads it', (_what, Items) => {
  expect(parseRows(JSON.stringify({ Items }))).toEqual({ Items });
});
