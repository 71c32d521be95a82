import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from './synthesised.ts';

const page = readFileSync(join(projectRoot, 'docs/security.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));

/** Files that a text names. */
function filesIn(text: string): readonly string[] {
  return [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.(?:ts|md|json))`/g)].map(([, file]) => String(file));
}

test('every file that the page on security names is there', () => {
  const named = filesIn(page);
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter((file) => !existsSync(join(projectRoot, file)))).toEqual([]);
});

test('every attack has a test that would notice it', () => {
  const attacks = rows.filter((row) => row.split(' | ').length === 4 && !row.startsWith('| attack |'));
  expect(attacks.length).toBeGreaterThan(30);
  for (const row of attacks) expect([row, filesIn(row.split(' | ')[3] ?? '').length > 0]).toEqual([row, true]);
});

test('whatever is said to be met names a test, and whatever is not says why', () => {
  const sections = rows.filter((row) => /^\| V\d/.test(row));
  expect(new Set(sections.map((row) => /^\| V(\d+)/.exec(row)?.[1])).size).toBe(17);
  for (const row of sections) {
    const [, state = '', by = ''] = row.split(' | ');
    expect(['met', 'partly', 'not met', 'n/a']).toContain(state);
    if (state === 'met') expect([row, filesIn(by).some((file) => file.includes('test'))]).toEqual([row, true]);
    expect(by.length).toBeGreaterThan(10);
  }
});
