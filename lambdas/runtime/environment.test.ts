import { expect, test } from '@jest/globals';
import { parseByteCount, parseList, readEnvironment, readOptional } from './environment.ts';

test('everything that is missing or empty is named at once', () => {
  const source = { STAGE: 'local', BUCKET: '' };
  expect(() => readEnvironment(['STAGE', 'BUCKET', 'FILES_TABLE'], source)).toThrow('BUCKET, FILES_TABLE');
  expect(readEnvironment(['STAGE'], source)).toEqual({ STAGE: 'local' });
});

test('an optional variable that is empty is absent', () => {
  expect(readOptional('ALLOWED_ORIGINS', { ALLOWED_ORIGINS: '' })).toBeUndefined();
  expect(readOptional('ALLOWED_ORIGINS', { ALLOWED_ORIGINS: '*' })).toBe('*');
});

test('a quota is a whole number of bytes', () => {
  expect(parseByteCount('1024')).toBe(1024);
  for (const text of ['', '0', '-1', '1.5', 'much']) expect(() => parseByteCount(text)).toThrow('quota');
});

test('a list is split at commas, without blanks and empty items', () => {
  expect(parseList(' https://a.example, https://b.example ,')).toEqual(['https://a.example', 'https://b.example']);
  expect(parseList('')).toEqual([]);
});
