import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { logFile } from '../../client/src/daemon/daemon-log.ts';
import { changeFolderSettings, readLinkedFolders } from '../../client/src/platform/node/linked-folders.ts';
import type { BackgroundDevice } from '../support/background-device.ts';
import { BackgroundWorld } from '../support/background-world.ts';
import { readTextTree } from '../support/live-world.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(180_000);

let world: BackgroundWorld;
let directory: string;

beforeEach(async () => {
  world = await BackgroundWorld.open();
  ({ directory } = world);
});
afterEach(() => world.close());

async function signIn(name: string): Promise<BackgroundDevice> {
  const device = await world.signIn(name);
  await device.cli.expect(['link', device.folder]);
  return device;
}

/** Two devices that both have the same files. */
async function twoDevices(): Promise<readonly [BackgroundDevice, BackgroundDevice]> {
  const [a, b] = [await signIn('a'), await signIn('b')];
  await mkdir(join(a.folder, 'whole', 'below'), { recursive: true });
  await mkdir(join(a.folder, 'partly'));
  for (const name of ['plain.txt', 'edited.txt', 'whole/below/one.txt', 'partly/sent.txt']) {
    await writeFile(join(a.folder, name), `first of ${name}`);
  }
  await a.cli.expect(['sync', '--once']);
  await b.cli.expect(['sync', '--once']);
  return [a, b];
}

async function textsIn(device: BackgroundDevice): Promise<Readonly<Record<string, string | undefined>>> {
  return Object.fromEntries(await readTextTree(device.folder));
}

const EVERYTHING = {
  'edited.txt': 'first of edited.txt',
  partly: undefined,
  'partly/sent.txt': 'first of partly/sent.txt',
  'plain.txt': 'first of plain.txt',
  whole: undefined,
  'whole/below': undefined,
  'whole/below/one.txt': 'first of whole/below/one.txt',
};

test('a device that is asked to removes what the service has, keeps what it never sent, and says so', async () => {
  const [a, b] = await twoDevices();
  await writeFile(join(a.folder, 'edited.txt'), 'never sent');
  await writeFile(join(a.folder, 'partly', 'new.txt'), 'never sent either');
  await writeFile(join(a.folder, 'thumbs.tmp'), 'ignored by a pattern of its own');
  await writeFile(join(a.folder, '.synclineignore'), '*.tmp\n');
  await b.cli.expect(['devices', 'unlink', 'a', '--wipe']);
  expect((await b.cli.expect(['devices'])).stdout).toContain('has not answered yet');

  const told = await a.cli.expect(['sync', '--once']);
  expect(told.stdout).toContain('3 files were removed');
  expect(told.stdout).toContain('partly/new.txt');
  expect(await textsIn(a)).toEqual({
    '.synclineignore': '*.tmp\n',
    'edited.txt': 'never sent',
    partly: undefined,
    'partly/new.txt': 'never sent either',
    'thumbs.tmp': 'ignored by a pattern of its own',
  });
  expect(await readLinkedFolders(a.home)).toEqual([]);
  await b.cli.expect(['sync', '--once']);
  expect(await textsIn(b)).toEqual(EVERYTHING);
  expect((await b.cli.expect(['devices'])).stdout).toContain('has removed 3 files and kept 4');
});

test('what the service does not keep any more stays on the device that is asked to remove it', async () => {
  const [a, b] = await twoDevices();
  await rm(join(b.folder, 'plain.txt'));
  await b.cli.expect(['sync', '--once']);
  await b.cli.expect(['trash', 'purge', '/plain.txt']);
  await b.cli.expect(['devices', 'unlink', 'a', '--wipe']);
  expect((await a.cli.expect(['sync', '--once'])).stdout).toContain('3 files were removed');
  expect(await textsIn(a)).toEqual({ 'plain.txt': 'first of plain.txt' });
});

test('a device that is unlinked without that keeps all of its files', async () => {
  const [a, b] = await twoDevices();
  await b.cli.expect(['devices', 'unlink', 'a']);
  const refused = await a.cli.run(['sync', '--once']);
  expect(refused.stderr).toContain('unlinked');
  for (const words of [['ls'], ['usage'], ['link', a.folder], ['devices', 'rename', 'this', 'mine']]) {
    const { stderr, exitCode } = await a.cli.run(words);
    expect({ words, exitCode, stderr }).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('unlinked') });
    expect(stderr).toContain('syncline login');
  }
  expect(await textsIn(a)).toEqual(EVERYTHING);
  expect(await readLinkedFolders(a.home)).toHaveLength(1);
  await a.logIn('a again');
  expect((await a.cli.expect(['ls'])).stdout).toContain('plain.txt');
});

test('a device that runs in the background hears of it, also without a socket', async () => {
  const [a, b] = await twoDevices();
  await a.cli.expect(['start']);
  await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));
  await b.cli.expect(['devices', 'unlink', 'a', '--wipe']);
  const isWiped = expect.arrayContaining([expect.stringContaining('4 files were removed')]);
  await a.until(({ folders, troubles }) => expect({ folders, troubles }).toEqual({ folders: [], troubles: isWiped }));
  expect(await textsIn(a)).toEqual({});
  expect((await b.cli.expect(['devices'])).stdout).toContain('has removed 4 files)');
});

test('a wipe that was broken off goes on, and what is missing is never taken for deleted, not even by a new device', async () => {
  const [a, b] = await twoDevices();
  await b.cli.expect(['devices', 'unlink', 'a', '--wipe']);
  const [folder] = await readLinkedFolders(a.home);
  await changeFolderSettings(a.home, folder?.folderId ?? '', { wiping: true });
  await rm(join(a.folder, 'plain.txt'));
  await a.logIn('a again');
  expect((await a.cli.run(['sync', '--dry-run'])).stderr).toContain('is being removed');
  expect((await a.cli.expect(['sync', '--once'])).stdout).toContain('3 files were removed');
  expect(await readdir(a.folder)).toEqual(['.syncline']);
  await a.cli.expect(['link', a.folder]);
  for (const device of [a, b]) await device.cli.expect(['sync', '--once']);
  for (const device of [a, b]) expect(await textsIn(device)).toEqual(EVERYTHING);
  expect(await readFile(join(a.folder, 'plain.txt'), 'utf8')).toBe('first of plain.txt');
});

test('a folder whose wipe was broken off is not linked again before that has come to its end', async () => {
  const [a, b] = await twoDevices();
  const [folder] = await readLinkedFolders(a.home);
  await changeFolderSettings(a.home, folder?.folderId ?? '', { wiping: true });
  await rm(join(a.folder, 'plain.txt'));
  expect((await a.cli.run(['link', a.folder])).stderr).toContain('is being removed');
  await a.cli.expect(['sync', '--once']);
  await a.cli.expect(['link', a.folder]);
  for (const device of [a, b]) await device.cli.expect(['sync', '--once']);
  for (const device of [a, b]) expect(await textsIn(device)).toEqual(EVERYTHING);
});

test('a folder of another account that was signed in here before keeps all of its files', async () => {
  const [a] = await twoDevices();
  await a.logIn('a', 'bob@example.com');
  const bob = await world.signIn('bob', 'bob@example.com');
  await bob.cli.expect(['devices', 'unlink', 'a', '--wipe']);
  await a.cli.run(['sync', '--once']);
  expect(await textsIn(a)).toEqual(EVERYTHING);
  expect(await readLinkedFolders(a.home)).toHaveLength(1);
});

test('a folder that cannot be wiped yet, because it is not there, keeps no other one from being synced', async () => {
  const a = await signIn('a');
  const [folder] = await readLinkedFolders(a.home);
  await changeFolderSettings(a.home, folder?.folderId ?? '', { wiping: true });
  await rename(a.folder, join(directory, 'a disk that was taken out'));
  const other = join(directory, 'other');
  await a.cli.expect(['link', other]);
  await writeFile(join(other, 'file.txt'), 'of the other folder');
  expect((await a.cli.expect(['sync', '--once'])).stdout).toContain('was not wiped yet: it was not found');
  expect((await a.cli.expect(['ls'])).stdout).toContain('file.txt');
  await a.cli.expect(['start']);
  await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));
  await a.cli.expect(['link', other]);
  const log = await readFile(logFile(a.home), 'utf8');
  expect(log.match(/"folder-added"/g)).toHaveLength(1);
});
