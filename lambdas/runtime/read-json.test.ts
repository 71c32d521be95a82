import { expect, test } from '@jest/globals';
import { JSON_DEPTH_MAX } from '@syncline/protocol';
import fc from 'fast-check';
import { JSON_VALUES_MAX } from './limits.ts';
import { readJson } from './read-json.ts';

test('whatever is within the limits reads as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: JSON_DEPTH_MAX - 1 }), (text) => {
      expect(readJson(text)).toEqual({ kind: 'read', value: JSON.parse(text) as unknown });
    }),
  );
});

test('brackets, commas and quotes within strings count for nothing', () => {
  const value = { '[[[[[[[[[[': '{{{{{{{{{{,,,"\\"]}' };
  expect(readJson(JSON.stringify(value))).toEqual({ kind: 'read', value });
  const long = [','.repeat(JSON_VALUES_MAX + 1)];
  expect(readJson(JSON.stringify(long))).toEqual({ kind: 'read', value: long });
});

test('the last depth and the last number of values that are allowed are read, the next are not', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  expect(readJson(nested(JSON_DEPTH_MAX)).kind).toBe('read');
  expect(readJson(nested(JSON_DEPTH_MAX + 1)).kind).toBe('too-deep');
  const list = (values: number) => `[${Array.from({ length: values }, () => '0').join(',')}]`;
  expect(readJson(list(JSON_VALUES_MAX)).kind).toBe('read');
  expect(readJson(list(JSON_VALUES_MAX + 1)).kind).toBe('too-many-values');
});

test('objects and lists at every depth count together', () => {
  expect(readJson('{"a":[{"a":[{"a":[{"a":[0]}]}]}]}').kind).toBe('read');
  expect(readJson('{"a":[{"a":[{"a":[{"a":[[0]]}]}]}]}').kind).toBe('too-deep');
});

test('text that ends within a string is malformed', () => {
  for (const text of ['"', '"\\', '["', '{"a":"b', '']) expect(readJson(text)).toEqual({ kind: 'malformed' });
});
