import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { BackgroundDevice } from '../support/background-device.ts';
import { HttpService } from '../support/http-service.ts';

jest.setTimeout(180_000);

let directory: string;
let service: HttpService;
let device: BackgroundDevice;
let moved: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-moved-'));
  service = new HttpService();
  await service.start();
  device = await BackgroundDevice.signIn(service, { directory, name: 'a' });
  moved = join(directory, 'moved');
  await mkdir(join(device.folder, 'd'));
  for (const name of ['one', 'two', 'd/three']) await writeFile(join(device.folder, name), name);
  await device.cli.expect(['link', device.folder]);
  await device.cli.expect(['sync', '--once']);
});
afterEach(async () => {
  await device.cli.run(['stop']);
  await service.stop();
  await rm(directory, { recursive: true });
});

const stored = async (): Promise<string> => (await device.cli.expect(['ls', '/'])).stdout;
const namesIn = async (folder: string) => (await readdir(folder)).filter((name) => name !== '.syncline').toSorted();
const syncMoved = async () =>
  (await device.cli.json(['sync', '--once', moved])) as { folders: { counts: object; problems: object[] }[] };

test('a linked folder that was moved is linked where it is now, with what was agreed on of it', async () => {
  await rename(device.folder, moved);
  await rm(join(moved, 'one'));
  await writeFile(join(moved, 'new'), 'new');
  const hint = await device.cli.run(['explain', join(moved, 'two')]);
  expect(hint.exitCode).not.toBe(0);
  const named = await device.cli.run(['folder', 'show', moved]);
  expect(named.stderr).toContain(`is the linked folder '${device.folder}', which was moved`);
  expect((await device.cli.expect(['link', moved])).stdout).toContain('Its link has moved with it');
  expect(await device.cli.json(['status'])).toMatchObject({ folders: [{ path: moved }] });
  expect(await syncMoved()).toMatchObject({
    folders: [{ counts: { uploaded: 1, downloaded: 0, conflicts: 0, deletedRemote: 1 }, problems: [] }],
  });
  // What was removed in it is removed: it is the same folder.
  expect(await namesIn(moved)).toEqual(['d', 'new', 'two']);
  expect(await stored()).not.toContain('one');
});

test('while the sync runs a folder that is moved away is no deletion, and it goes on at its new place', async () => {
  await device.cli.expect(['start']);
  await device.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));
  await rename(device.folder, moved);
  await device.cli.run(['sync', '--once']);
  await device.until(({ folders }) => expect(folders).toMatchObject([{ state: 'root-missing' }]));
  expect(await stored()).toMatch(/one[^]*two/);
  await device.cli.expect(['link', moved]);
  await device.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', path: moved, syncedNodes: 4 }]));
  expect(await namesIn(moved)).toEqual(['d', 'one', 'two']);
  await writeFile(join(moved, 'later'), 'later');
  await device.cli.expect(['sync', '--once']);
  expect(await stored()).toContain('later');
});

test('a copy takes the place of a folder that is gone, and what the copy lacks is no deletion', async () => {
  await cp(device.folder, moved, { recursive: true, preserveTimestamps: true });
  await rm(device.folder, { recursive: true });
  await rm(join(moved, 'one'));
  expect((await device.cli.expect(['link', moved])).stdout).toContain('is a copy of a linked folder');
  expect(await device.cli.json(['status'])).toMatchObject({ folders: [{ path: moved }] });
  expect(await syncMoved()).toMatchObject({
    folders: [{ counts: { uploaded: 0, downloaded: 1, conflicts: 0 }, problems: [] }],
  });
  expect(await readFile(join(moved, 'one'), 'utf8')).toBe('one');
});

test('a copy of a linked folder that is still there is refused, with what to do', async () => {
  await cp(device.folder, moved, { recursive: true, preserveTimestamps: true });
  for (const words of [
    ['link', moved],
    ['unlink', moved],
  ]) {
    const refused = await device.cli.run(words);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain(`is a copy of the linked folder '${device.folder}'`);
  }
  await rm(join(moved, '.syncline', 'marker.json'));
  await device.cli.expect(['link', moved]);
  expect(await device.cli.json(['status'])).toMatchObject({ folders: [{}, {}] });
});

test('a linked folder that was moved is unlinked where it is now, with all that was staged in it', async () => {
  await mkdir(join(device.folder, '.syncline', 'staging'), { recursive: true });
  await writeFile(join(device.folder, '.syncline', 'staging', 'part'), 'part');
  await rename(device.folder, moved);
  await device.cli.expect(['unlink', moved]);
  expect(await device.cli.json(['status'])).toMatchObject({ folders: [] });
  expect(await readdir(join(moved, '.syncline'))).not.toContain('marker.json');
  expect(await readdir(join(moved, '.syncline', 'staging'))).toEqual([]);
  expect(await namesIn(moved)).toEqual(['d', 'one', 'two']);
});

test('a folder that another sign-in has linked is named with whose it is, and is not synced', async () => {
  await device.cli.expect(['logout']);
  await device.logIn('a', 'bob@example.com');
  const says = /is linked by the sign-in of ada@example\.com, and bob@example\.com is signed in now/;
  const synced = await device.cli.run(['sync', '--once']);
  expect([synced.exitCode, synced.stderr]).toEqual([6, expect.stringMatching(says)]);
  expect((await device.cli.run(['sync', '--dry-run'])).stderr).toMatch(says);
  const linked = await device.cli.run(['link', device.folder]);
  expect([linked.exitCode, linked.stderr]).toEqual([5, expect.stringMatching(says)]);
  expect(linked.stderr).toContain('Sign in as ada@example.com');
  expect((await device.cli.run(['status'])).stdout).toMatch(says);
  await device.cli.expect(['start']);
  await device.until(({ folders }) =>
    expect(folders).toMatchObject([{ state: 'refused', detail: expect.stringMatching(says) }]),
  );
  await device.logIn('a');
  await device.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));
});
