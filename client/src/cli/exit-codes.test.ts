import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EXIT_CODES } from './exit-codes.ts';

test('docs/CLI.md has every exit code, and no other', async () => {
  const text = await readFile(join(import.meta.dirname, '..', '..', '..', 'docs', 'CLI.md'), 'utf8');
  const documented = [...text.matchAll(/^\| (\d+) +\|/gm)].map((row) => Number(row[1]));
  expect(documented).toEqual(Object.values(EXIT_CODES));
});
