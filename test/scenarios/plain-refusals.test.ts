import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { MASS_CHANGE_NODES } from '../../client/src/engine/limits.ts';
import type { BackgroundDevice } from '../support/background-device.ts';
import { BackgroundWorld } from '../support/background-world.ts';
import { eventually } from '../support/eventually.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(180_000);

let world: BackgroundWorld;
let directory: string;

beforeEach(async () => {
  world = await BackgroundWorld.open();
  ({ directory } = world);
});
afterEach(() => world.close());

const signIn = (name: string): Promise<BackgroundDevice> => world.signIn(name);

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name !== '.syncline').toSorted();
}

test('of a revision that there is not, every command tells which ones there are and what lists them', async () => {
  const a = await signIn('a');
  const file = join(directory, 'plan.txt');
  for (const text of ['first', 'second']) {
    await writeFile(file, text);
    await a.cli.expect(['put', file, '/plan.txt']);
  }
  for (const words of [['restore'], ['cat'], ['get'], ['label', '--keep']]) {
    const [command = '', ...options] = words;
    const { exitCode, stderr } = await a.cli.run([command, '/plan.txt', '--rev', '99', ...options]);
    expect([exitCode, stderr]).toEqual([
      4,
      expect.stringMatching(/no revision 99\. It has, the newest first: \d+, \d+\./),
    ]);
    expect(stderr).toContain("`syncline history '/plan.txt'`");
    expect(stderr).not.toContain('syncline ls');
  }
});

test('who links a file is told that it is one', async () => {
  const a = await signIn('a');
  const file = join(directory, 'file.txt');
  await writeFile(file, 'text');
  const { exitCode, stderr } = await a.cli.run(['link', file]);
  expect([exitCode, stderr]).toEqual([10, expect.stringContaining('is a file')]);
  expect(stderr).toContain('syncline put');
  expect(stderr).not.toContain('--force');
});

test('a folder into which nothing can be written is not linked', async () => {
  const a = await signIn('a');
  await mkdir(a.folder, { recursive: true });
  await symlink(join(directory, 'absent', 'absent'), join(a.folder, '.syncline'));
  const { exitCode, stderr } = await a.cli.run(['link', a.folder]);
  expect([exitCode, stderr]).toEqual([expect.any(Number), expect.stringContaining('.syncline')]);
  expect(exitCode).not.toBe(70);
  expect((await a.cli.expect(['status'])).stdout).toContain('No folder is linked');
});

test('of what lies in a folder that cannot be stored, the folder is told', async () => {
  const a = await signIn('a');
  await a.cli.expect(['link', a.folder]);
  await mkdir(join(a.folder, 'odd\nname'));
  await writeFile(join(a.folder, 'odd\nname', 'inner.txt'), 'text');
  const once = await a.cli.run(['sync', '--once']);
  expect(once).toMatchObject({ exitCode: 9, stderr: expect.not.stringContaining('syncline status') });
  const explained = await a.cli.expect(['explain', join(a.folder, 'odd\nname', 'inner.txt')]);
  expect(explained.stdout).toContain('cannot be synced');
  expect(explained.stdout).toContain('in which it lies: Its name cannot be stored');
});

test('a conflict that was settled on the disk is listed no more, before a sync carries it to the service', async () => {
  const [a, b] = [await signIn('a'), await signIn('b')];
  await writeFile(join(a.folder, 'plan.txt'), 'first');
  for (const device of [a, b]) {
    await device.cli.expect(['link', device.folder]);
    await device.cli.expect(['sync', '--once']);
  }
  for (const device of [a, b]) {
    await writeFile(join(device.folder, 'plan.txt'), `of ${device === a ? 'a' : 'b'}`);
    await device.cli.expect(['sync', '--once']);
  }
  expect((await b.cli.expect(['conflicts'])).stdout).toContain('conflicted copy from b');
  const settled = await b.cli.expect(['conflicts', 'resolve', join(b.folder, 'plan.txt'), '--keep', 'mine']);
  expect(settled.stdout).toContain('`syncline sync --once` carries it');
  expect((await b.cli.expect(['conflicts'])).stdout).toBe('There are no conflicts.\n');
  for (const device of [b, a]) await device.cli.expect(['sync', '--once']);
  expect(await readFile(join(a.folder, 'plan.txt'), 'utf8')).toBe('of b');

  for (const device of [a, b]) {
    await writeFile(join(device.folder, 'plan.txt'), `again of ${device === a ? 'a' : 'b'}`);
    await device.cli.expect(['sync', '--once']);
  }
  await b.cli.expect(['conflicts', 'resolve', join(b.folder, 'plan.txt'), '--keep', 'both']);
  expect((await b.cli.expect(['conflicts'])).stdout).toBe('There are no conflicts.\n');
});

describe('many deletions that are held back and not meant', () => {
  const names = Array.from({ length: MASS_CHANGE_NODES + 1 }, (_, index) => `${index}`).toSorted();

  /** What the message names, read from the message. */
  function rebuildIn(text: string): readonly string[] {
    const [, path = ''] = /`syncline doctor --rebuild '([^']+)'`/.exec(text) ?? [];
    return ['doctor', '--rebuild', path];
  }

  async function emptyFolder({ folder }: BackgroundDevice): Promise<void> {
    for (const name of names) await rm(join(folder, name));
  }

  test('come back by the command that the message names', async () => {
    const a = await signIn('a');
    await a.cli.expect(['link', a.folder]);
    for (const name of names) await writeFile(join(a.folder, name), name);
    await a.cli.expect(['sync', '--once']);
    await emptyFolder(a);
    const held = await a.cli.run(['sync', '--once']);
    expect(held.exitCode).toBe(11);
    await a.cli.expect(rebuildIn(held.stderr));
    await a.cli.expect(['sync', '--once']);
    expect(await namesIn(a.folder)).toEqual(names);

    await a.cli.expect(['start']);
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));
    await a.cli.expect(['pause']);
    await emptyFolder(a);
    await a.cli.expect(['resume']);
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'mass-change' }]));
    await a.cli.expect(rebuildIn((await a.cli.expect(['status'])).stdout));
    await eventually(async () => expect(await namesIn(a.folder)).toEqual(names));
  });

  test('of another device come back at the service and there too', async () => {
    const [a, b] = [await signIn('a'), await signIn('b')];
    for (const device of [a, b]) await device.cli.expect(['link', device.folder]);
    for (const name of names) await writeFile(join(a.folder, name), name);
    await a.cli.expect(['sync', '--once']);
    await b.cli.expect(['sync', '--once']);
    await emptyFolder(b);
    await b.cli.expect(['sync', '--once', '--accept-deletes']);
    const held = await a.cli.run(['sync', '--once']);
    expect(held.exitCode).toBe(11);
    await a.cli.expect(rebuildIn(held.stderr));
    await a.cli.expect(['sync', '--once']);
    await b.cli.expect(['sync', '--once']);
    for (const { folder } of [a, b]) {
      expect(await namesIn(folder)).toEqual(names);
      expect(await readFile(join(folder, '7'), 'utf8')).toBe('7');
    }
  });
});
