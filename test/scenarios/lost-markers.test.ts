/** Linked folders of which the marker, or the folder itself, is not what it was: what `link` and `unlink` make of them, and say. */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { BackgroundDevice } from '../support/background-device.ts';
import { HttpService } from '../support/http-service.ts';

jest.setTimeout(180_000);

let directory: string;
let service: HttpService;
let device: BackgroundDevice;
let away: string;
let own: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-lost-'));
  service = new HttpService();
  await service.start();
  device = await BackgroundDevice.signIn(service, { directory, name: 'a' });
  away = join(directory, 'away');
  own = join(device.folder, '.syncline');
  for (const name of ['one', 'two']) await writeFile(join(device.folder, name), name);
  await device.cli.expect(['link', device.folder]);
  await device.cli.expect(['sync', '--once']);
});
afterEach(async () => {
  await service.stop();
  await rm(directory, { recursive: true });
});

const stored = async (): Promise<string> => (await device.cli.expect(['ls', '/'])).stdout;
const say = async (...words: readonly string[]): Promise<string> => (await device.cli.expect(words)).stdout;
const isLinked = async (): Promise<boolean> =>
  ((await device.cli.json(['status'])) as { folders: unknown[] }).folders.length > 0;

test('a folder that was put where the linked one stood is linked as a new one, and what it lacks is no deletion', async () => {
  await rename(device.folder, away);
  await mkdir(device.folder);
  expect(await say('link', device.folder)).toContain('is not the folder that was linked there');
  await device.cli.expect(['sync', '--once']);
  expect(await stored()).toMatch(/one[^]*two/);
  expect(await readFile(join(device.folder, 'one'), 'utf8')).toBe('one');
  expect(await device.cli.json(['status'])).toMatchObject({ folders: [{ path: device.folder, problems: [] }] });
});

test('a folder that has lost its marker, or whose marker is damaged, is linked again and goes on where it was', async () => {
  const lose = [() => rm(own, { recursive: true }), () => writeFile(join(own, 'marker.json'), '{')];
  for (const [index, spoil] of lose.entries()) {
    await spoil();
    const removed = ['one', 'two'][index] ?? '';
    await rm(join(device.folder, removed));
    expect((await device.cli.run(['sync', '--once'])).stderr).toContain('or has lost its marker, `syncline link` it');
    expect(await say('link', device.folder)).toContain('is linked already, and goes on where it was');
    await device.cli.expect(['sync', '--once']);
    expect(await stored()).not.toContain(removed);
    await writeFile(join(device.folder, 'three'), 'three');
    await device.cli.expect(['sync', '--once']);
  }
});

test('a folder that has lost its marker is unlinked as any other, with what was left aside in it', async () => {
  await rm(join(own, 'marker.json'));
  await mkdir(join(own, 'staging'), { recursive: true });
  await writeFile(join(own, 'staging', 'part'), 'part');
  expect(await say('unlink', device.folder)).toBe(
    `'${device.folder}' is not synced any more. All its files stay, here and at the service.\n`,
  );
  expect(await readdir(join(own, 'staging'))).toEqual([]);
  expect(await isLinked()).toBe(false);
});

test('of a damaged marker in a folder that was linked nothing is left by its unlink', async () => {
  await writeFile(join(own, 'marker.json'), '{');
  await device.cli.expect(['unlink', device.folder]);
  expect(await readdir(own)).not.toContain('marker.json');
  await device.cli.expect(['link', device.folder]);
});

test('a file that stands where Syncline keeps its own things is left alone by an unlink, and named by a link', async () => {
  await rm(own, { recursive: true });
  await writeFile(own, 'mine');
  for (let link = 0; link < 2; link++) {
    const refused = await device.cli.run(['link', device.folder]);
    expect([refused.exitCode, refused.stderr]).toEqual([
      5,
      expect.stringContaining('holds something called `.syncline`, which is no folder'),
    ]);
    expect(refused.stderr).toContain('Rename it');
    if (link === 0)
      expect(await say('unlink', device.folder)).toContain('is no folder of Syncline, and was left alone');
  }
  expect(await readFile(own, 'utf8')).toBe('mine');
});

test('a folder that is gone is unlinked by every way to write its path, and can be linked again where it is now', async () => {
  await rename(device.folder, away);
  expect(await say('unlink', `${device.folder}/../${device.folder.split('/').at(-1)}/`)).toContain(
    'It is not there. If it was moved, it can be linked again where it is now',
  );
  expect(await isLinked()).toBe(false);
  expect(await say('link', away)).toContain(`Linked '${away}'`);
  await device.cli.expect(['sync', '--once']);
  expect(await stored()).toMatch(/one[^]*two/);
});

test('what stands in the place of a linked folder, a file or a folder that another link has, is left alone by its unlink', async () => {
  await rename(device.folder, away);
  await writeFile(device.folder, 'a file');
  expect(await say('unlink', device.folder)).toContain('Something that is no folder stands there now');
  expect(await readFile(device.folder, 'utf8')).toBe('a file');
  await rm(device.folder);
  await device.cli.expect(['link', away]);
  const other = await BackgroundDevice.signIn(service, { directory, name: 'b' });
  await other.cli.expect(['link', other.folder]);
  await mkdir(join(other.folder, '.syncline', 'staging'), { recursive: true });
  await writeFile(join(other.folder, '.syncline', 'staging', 'part'), 'of b');
  await rename(away, device.folder);
  await rename(other.folder, away);
  expect(await say('unlink', away)).toContain('Another folder that is linked stands there now, and was left alone');
  expect(await readFile(join(away, '.syncline', 'staging', 'part'), 'utf8')).toBe('of b');
  expect((await stat(join(away, '.syncline', 'marker.json'))).isFile()).toBe(true);
});

test('a folder that is not linked is told where those are that are', async () => {
  const refused = await device.cli.run(['unlink', directory]);
  expect([refused.exitCode, refused.stderr]).toEqual([
    4,
    expect.stringContaining('`syncline status` lists the linked'),
  ]);
});
