import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readToReplace } from './replace-text-file.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'syncline-text-'));
  await mkdir(join(root, '.syncline'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

test.each([['mine'], [undefined]])(
  'a file (%j at first) that somebody wrote in between is left as they wrote it',
  async (text) => {
    const file = join(root, 'rules');
    if (text !== undefined) await writeFile(file, text);
    const read = await readToReplace(root, file);
    expect(read.text).toBe(text ?? '');
    await writeFile(file, 'theirs');
    expect(await read.replace('ours')).toBe('changed');
    expect(await readFile(file, 'utf8')).toBe('theirs');
    expect(await readdir(join(root, '.syncline'))).toEqual([]);
  },
);
