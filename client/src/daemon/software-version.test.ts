import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { SOFTWARE_VERSION } from './software-version.ts';

test('the program tells the version of its package', async () => {
  const text = await readFile(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ version: SOFTWARE_VERSION });
});
