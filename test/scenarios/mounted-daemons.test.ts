import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { BackgroundDevice } from '../support/background-device.ts';
import { BackgroundWorld } from '../support/background-world.ts';
import { eventually } from '../support/eventually.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(300_000);

let world: BackgroundWorld;

beforeEach(async () => {
  world = await BackgroundWorld.open();
});
afterEach(() => world.close());

async function startLinked(name: string, email: string): Promise<BackgroundDevice> {
  const device = await world.signIn(name, email);
  await device.cli.expect(['link', device.folder]);
  await device.cli.expect(['start']);
  return device;
}

async function untilGone(path: string): Promise<void> {
  await eventually(async () => expect(await readFile(path).catch(() => 'gone')).toBe('gone'));
}

test('two people share a folder with real disks: both edit, a right is taken and given back, files cross over, one leaves', async () => {
  const [ada, bob] = await Promise.all([startLinked('ada', 'ada@example.com'), startLinked('bob', 'bob@example.com')]);
  await mkdir(join(ada.folder, 'team'));
  await writeFile(join(ada.folder, 'team/plan.txt'), 'the plan');
  await writeFile(join(bob.folder, 'own.txt'), 'of bob');
  await ada.cli.expect(['sync', '--once', ada.folder]);
  const shared = (await ada.cli.json(['share', '/team', '--with', 'bob@example.com', '--role', 'editor'])) as {
    readonly token: string;
  };
  await bob.cli.expect(['accept', shared.token]);

  await bob.untilText('team/plan.txt', 'the plan');
  await writeFile(join(bob.folder, 'team/plan.txt'), 'the plan of bob');
  await ada.untilText('team/plan.txt', 'the plan of bob');
  await writeFile(join(ada.folder, 'team/more.txt'), 'more');
  await bob.untilText('team/more.txt', 'more');

  await rename(join(bob.folder, 'own.txt'), join(bob.folder, 'team/own.txt'));
  await ada.untilText('team/own.txt', 'of bob');
  await eventually(async () => expect((await bob.cli.expect(['ls', '/'])).stdout).not.toContain('own.txt'));
  await rename(join(bob.folder, 'team'), join(bob.folder, 'with ada'));
  await writeFile(join(ada.folder, 'team/more.txt'), 'even more');
  await bob.untilText('with ada/more.txt', 'even more');

  await ada.cli.expect(['members', 'role', '/team', 'bob@example.com', '--to', 'viewer']);
  await writeFile(join(bob.folder, 'with ada/plan.txt'), 'against the rules');
  await bob.until(({ folders }) =>
    expect(folders).toMatchObject([{ state: 'idle', problems: [{ reason: 'read-only' }] }]),
  );
  await bob.untilText('with ada/plan.txt', 'the plan of bob');
  const names = await readdir(join(bob.folder, 'with ada'));
  const copy = names.find((name) => name.includes('conflicted')) ?? '';
  expect(await readFile(join(bob.folder, 'with ada', copy), 'utf8')).toBe('against the rules');
  expect((await bob.cli.expect(['status'])).stdout).toContain('You may only read this shared folder.');

  await ada.cli.expect(['members', 'role', '/team', 'bob@example.com', '--to', 'editor']);
  await bob.cli.expect(['sync', '--once', bob.folder]);
  await ada.untilText(`team/${copy}`, 'against the rules');

  await ada.cli.expect(['members', 'remove', '/team', 'bob@example.com']);
  await untilGone(join(bob.folder, 'with ada/plan.txt'));
  await bob.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', problems: [] }]));
  expect((await readdir(bob.folder)).filter((name) => !name.startsWith('.'))).toEqual([]);
  await ada.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', problems: [] }]));
  expect((await readdir(join(ada.folder, 'team'))).toSorted()).toEqual(
    ['more.txt', 'own.txt', copy, 'plan.txt'].toSorted(),
  );
});
