import { mkdir, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { makeHome, runCli } from '../../test/run-cli.ts';
import { EXIT_CODES } from './exit-codes.ts';

const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
/** Each test starts processes; on a busy machine that takes its time. */
jest.setTimeout(60_000);

let home: string;
let folder: string;

beforeEach(async () => {
  home = await realpath(await makeHome());
  folder = await link('linked');
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

/** A folder that is linked, without a service. */
async function link(name: string): Promise<string> {
  const path = join(home, name);
  await mkdir(join(path, '.syncline'), { recursive: true });
  await mkdir(join(home, 'folders'), { recursive: true });
  const linked = { folderId: name, path, namespaceId: id, deviceId: id };
  await writeFile(join(home, 'folders', `${name}.json`), JSON.stringify(linked));
  return path;
}

const run = (...words: readonly string[]) => runCli(['ignore', ...words], { home });
const json = async (...words: readonly string[]) =>
  JSON.parse((await run(...words, '--json')).stdout) as Readonly<Record<string, unknown>>;
const rulesFile = () => join(folder, '.synclineignore');

test('a pattern is added to the rules of a linked folder, says why something is ignored, and is removed', async () => {
  await writeFile(rulesFile(), '# mine\n*.log', { mode: 0o640 });
  expect(await run('add', 'build/')).toMatchObject({ code: 0, stderr: '' });
  expect(await readFile(rulesFile(), 'utf8')).toBe('# mine\n*.log\nbuild/\n');
  expect((await stat(rulesFile())).mode & 0o777).toBe(0o640);
  expect((await run('check', join(folder, 'a', 'build/'))).stdout).toContain("'build/' (.synclineignore)");
  expect(await json('add', 'build/')).toMatchObject({ changed: false });
  expect(await json('remove', '*.log')).toEqual({ file: rulesFile(), pattern: '*.log', changed: true });
  expect(await readFile(rulesFile(), 'utf8')).toBe('# mine\nbuild/\n');
  expect(await readdir(join(folder, '.syncline'))).toEqual([]);
});

test('the patterns in force are listed by their files, those of folders too', async () => {
  await mkdir(join(folder, 'a'));
  expect(await run('add', '/x', '--folder', join(folder, 'a'))).toMatchObject({ code: 0 });
  await writeFile(rulesFile(), `*.log\n${'y'.repeat(2000)}\n`);
  const listed = await json();
  expect(listed).toMatchObject({
    folder,
    files: [
      { source: 'built-in', patterns: expect.arrayContaining(['.DS_Store']) },
      { source: '.synclineignore', patterns: ['*.log'], refused: ['y'.repeat(2000)] },
      { source: 'a/.synclineignore', patterns: ['/x'], refused: [] },
    ],
  });
  expect((await run('list', '--folder', folder)).stdout).toContain('a/.synclineignore:\n  /x\n');
});

test('what is not ignored is said not to be, and what is ours always is', async () => {
  expect(await json('check', join(folder, 'plain.txt'))).toEqual({ folder, path: 'plain.txt', ignored: false });
  expect(await json('check', folder)).toMatchObject({ path: '', ignored: false });
  expect(await json('check', join(folder, '.syncline', 'x'))).toMatchObject({ ignored: true, source: 'built-in' });
  expect(await json('check', join(folder, 'absent', '.DS_Store'))).toMatchObject({ ignored: true, source: 'built-in' });
});

test.each([
  [['remove', '.DS_Store'], EXIT_CODES.notFound, "'!.DS_Store'"],
  [['remove', 'absent'], EXIT_CODES.notFound, 'absent'],
  [['add', '# comment'], EXIT_CODES.usage, '# comment'],
  [['add', 'two\nlines'], EXIT_CODES.usage, 'two'],
  [['add', 'x'.repeat(2000)], EXIT_CODES.usage, 'pattern'],
  [['check', '/'], EXIT_CODES.notFound, 'no linked folder'],
  [['list', '--folder', '/'], EXIT_CODES.notFound, 'not linked'],
])('%j ends with %i and changes nothing', async (words, code, said) => {
  const ended = await run(...words);
  expect(ended).toMatchObject({ code, stdout: '' });
  expect(ended.stderr).toContain(said);
  expect(await readdir(folder)).toEqual(['.syncline']);
});

test('how to sync what is ignored is told, but not of what is ours', async () => {
  const explain = async (path: string) => (await runCli(['explain', join(folder, path)], { home })).stdout;
  expect(await explain('notes.tmp')).toContain("syncline ignore add '!*.tmp'");
  expect(await explain('.syncline/marker.json')).toContain('It is never synced.');
  expect(await explain('.syncline/marker.json')).not.toContain('ignore add');
});

test('with several linked folders one has to be named, or be the current one', async () => {
  const other = await link('other');
  expect(await run('add', 'x')).toMatchObject({ code: EXIT_CODES.usage });
  expect(await json('add', 'x', '--folder', other)).toMatchObject({ file: join(other, '.synclineignore') });
});

test('a link in the place of the rules is not written through', async () => {
  await writeFile(join(home, 'precious'), 'precious\n');
  await symlink(join(home, 'precious'), rulesFile());
  expect(await run('add', 'x')).toMatchObject({ code: EXIT_CODES.localFile });
  expect(await readFile(join(home, 'precious'), 'utf8')).toBe('precious\n');
});
