import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { BUGS } from './bugs.ts';
import { plant } from './planted-bug.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8');

test.each(BUGS)('the bug $id changes exactly one place of its file', (bug) => {
  const text = textOf(bug.file);
  expect(plant(text, bug)).not.toBe(text);
});

test.each(BUGS)('the test that catches $id is there', ({ caughtBy: { file, test: name } }) => {
  expect([file, name, titlesIn(textOf(file)).some((title) => title.test(name))]).toEqual([file, name, true]);
});

/** All texts of a file as patterns of titles: `test.each` puts something in the place of `%s` and `$name`. */
function titlesIn(text: string): readonly RegExp[] {
  return [...text.matchAll(/(['"])((?:\\.|(?!\1)[^\\\n])*)\1/g)].map(([, , title = '']) => {
    const plain = title.replaceAll(/\\(.)/g, '$1').replaceAll(/[.*+?^{}()|[\]\\]/g, '\\$&');
    return new RegExp(`^${plain.replaceAll(/%[sijp]|\$\w+/g, '.+')}$`);
  });
}

test('no two bugs have one name or one place', () => {
  expect(new Set(BUGS.map(({ id }) => id)).size).toBe(BUGS.length);
  expect(new Set(BUGS.map(({ file, find, replace }) => `${file}\n${find}\n${replace}`)).size).toBe(BUGS.length);
});
