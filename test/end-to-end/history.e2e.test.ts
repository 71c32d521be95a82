import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newEmail } from '../support/api-device.ts';
import { CliDevice } from '../support/cli-process.ts';
import { sharedStack } from '../support/shared-stack.ts';

const PASSWORD = 'correct horse 1';

let directory: string;
let device: CliDevice;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-history-'));
  device = new CliDevice({ home: directory, apiUrl: sharedStack().apiUrl });
  await device.expect(['signup', '--email', newEmail(), '--password-stdin', '--device-name', 'desk'], PASSWORD);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function put(text: string, remote: string): Promise<void> {
  const file = join(directory, 'local.txt');
  await writeFile(file, text);
  await device.expect(['put', file, remote]);
}

async function cat(...words: readonly string[]): Promise<string> {
  return (await device.expect(['cat', ...words])).stdout;
}

test('revisions are listed, labelled, read and restored', async () => {
  await put('one', '/letter.txt');
  await put('two', '/letter.txt');
  await device.expect(['label', '/letter.txt', 'as sent', '--rev', '1']);
  const history = (await device.expect(['history', '/letter.txt'])).stdout;
  expect(history).toMatch(/ 2 .*desk {2}\(present\)/);
  expect(history).toMatch(/ 1 .*desk {2}\('as sent'\)/);
  expect(await cat('/letter.txt', '--rev', '1')).toBe('one');
  await device.expect(['restore', '/letter.txt', '--rev', '1']);
  expect(await cat('/letter.txt')).toBe('one');
  expect(await cat('/letter.txt', '--rev', '2')).toBe('two');
});

test('what was deleted comes back in place and elsewhere, and what was purged does not', async () => {
  await device.expect(['mkdir', '/docs']);
  await put('kept', '/docs/a.txt');
  await device.expect(['rm', '-r', '/docs']);
  expect((await device.expect(['trash'])).stdout).toContain('/docs/');
  await device.expect(['restore', '/docs']);
  expect(await cat('/docs/a.txt')).toBe('kept');
  await device.expect(['rm', '-r', '/docs']);
  await device.expect(['trash', 'restore', '/docs', '--to', '/papers']);
  expect(await cat('/papers/a.txt')).toBe('kept');
  await device.expect(['rm', '-r', '/papers']);
  await device.expect(['trash', 'purge', '/papers']);
  expect(await device.run(['trash', 'restore', '/papers'])).toMatchObject({ exitCode: 4 });
  expect((await device.expect(['trash'])).stdout).toContain('empty');
});

test('what went with its folder, and what went before it, is told how it comes back', async () => {
  await device.expect(['mkdir', '/gone']);
  await put('first', '/gone/first.txt');
  await put('with', '/gone/with.txt');
  await device.expect(['rm', '/gone/first.txt']);
  await device.expect(['rm', '-r', '/gone']);
  const first = await device.run(['restore', '/gone/first.txt']);
  expect(first).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('Restore that folder first') });
  const together = await device.run(['restore', '/gone/with.txt']);
  expect(together).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining("The folder '/gone' is in the trash"),
  });
  await device.expect(['restore', '/gone']);
  await device.expect(['restore', '/gone/first.txt']);
  const again = await device.expect(['restore', '/gone/first.txt']);
  expect(again.stdout).toContain('syncline trash restore');
  expect(await cat('/gone/first.txt')).toBe('first');
});

test('a folder is set back to a time by what the dry run told, and the restore is taken back', async () => {
  await device.expect(['mkdir', '/project']);
  await put('plan', '/project/plan.txt');
  await put('old', '/project/old.txt');
  const before = new Date().toISOString();
  await put('plan B', '/project/plan.txt');
  await device.expect(['mv', '/project/old.txt', '/project/older.txt']);
  await put('new', '/project/new.txt');
  const after = new Date().toISOString();
  const dry = await device.json(['restore', '/project', '--at', before, '--dry-run']);
  expect(await cat('/project/plan.txt')).toBe('plan B');
  const done = (await device.json(['restore', '/project', '--at', before])) as { readonly changes: readonly object[] };
  expect(done.changes).toHaveLength(3);
  const told = (changes: readonly object[]) => changes.map((change) => ({ ...change, done: true }));
  expect(told((dry as typeof done).changes)).toEqual(told(done.changes));
  expect(await cat('/project/plan.txt')).toBe('plan');
  const listed = (await device.expect(['ls', '/project'])).stdout;
  expect(listed).toContain('old.txt');
  expect(listed).not.toContain('new.txt');
  expect((await device.expect(['restore', '/project', '--at', before])).stdout).toContain('is as it was');
  await device.expect(['restore', '/project', '--at', after]);
  expect(await cat('/project/plan.txt')).toBe('plan B');
  expect(await cat('/project/older.txt')).toBe('old');
  expect(await cat('/project/new.txt')).toBe('new');
});

test('the activity says what was done, and from which device', async () => {
  await device.expect(['mkdir', '/seen']);
  await put('x', '/seen/x.txt');
  await device.expect(['mv', '/seen/x.txt', '/seen/y.txt']);
  const lines = (await device.expect(['activity', '/seen'])).stdout.trim().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/ {2}desk {2}moved {5}\/seen\/y\.txt {2}\(was 'x\.txt'\)$/);
  expect(lines[2]).toMatch(/ {2}desk {2}created {3}\/seen\/$/);
});
