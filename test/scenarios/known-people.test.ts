import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { CliDevice } from '../support/cli-process.ts';
import { HttpService } from '../support/http-service.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(300_000);

let directory: string;
let service: HttpService;
let ann: CliDevice;
let bob: CliDevice;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-known-people-'));
  service = new HttpService({ isAddressed: true });
  await service.start();
  [ann, bob] = (await Promise.all(['ann', 'bob'].map(signIn))) as [CliDevice, CliDevice];
});
afterAll(async () => {
  await service.stop();
  await rm(directory, { recursive: true });
});

async function signIn(name: string): Promise<CliDevice> {
  const home = join(directory, name);
  await mkdir(home);
  const device = new CliDevice({ home, apiUrl: service.url });
  const words = ['login', '--email', `${name}@example.com`, '--password-stdin', '--device-name', `desk of ${name}`];
  await device.expect(words, 'any\n');
  return device;
}

async function put(device: CliDevice, text: string, remote: string): Promise<void> {
  const local = join(directory, 'local.txt');
  await writeFile(local, text);
  await device.expect(['put', local, remote]);
}

test('people who work together are called by their addresses, also in the past and when they are gone', async () => {
  await ann.expect(['mkdir', '/team']);
  await ann.expect(['share', '/team', '--with', 'bob@example.com', '--role', 'editor']);
  // Nobody has to send a token on: the address finds it.
  const [invitation = ''] = /^[0-9A-Z]{26}(?= .*team)/.exec((await bob.expect(['invitations'])).stdout) ?? [];
  await bob.expect(['accept', invitation]);
  expect(await bob.run(['decline', invitation])).toMatchObject({ exitCode: 4 });
  await put(ann, 'by ann', '/team/plan.txt');
  await put(bob, 'by bob', '/team/plan.txt');

  const { stdout: members } = await bob.expect(['members', '/team']);
  expect(members).toMatch(/owner .*ann@example\.com\n/);
  expect(members).toMatch(/editor .*bob@example\.com {2}\(you\)\n/);
  const history = (await ann.expect(['history', '/team/plan.txt'])).stdout.trim().split('\n');
  expect(history).toEqual([expect.stringContaining('bob@example.com'), expect.stringContaining('desk of ann')]);
  await ann.expect(['members', 'remove', '/team', 'bob@example.com']);
  const { stdout: activity } = await ann.expect(['activity', '/team']);
  expect(activity).toMatch(/bob@example\.com was removed\n/);
  expect(activity).toMatch(/bob@example\.com {2}member {4}bob@example\.com has joined as editor\n/);
  expect(activity).toMatch(/bob@example\.com {2}modified {2}\/team\/plan\.txt\n/);
  expect(activity).not.toMatch(/[0-9A-Z]{26}/);
  const { stdout: ofFile } = await ann.expect(['activity', '/team/plan.txt']);
  expect(ofFile).toMatch(/desk of ann {2}created {3}\/team\/plan\.txt\n/);
});

test('the trash tells the newest, and how to see more', async () => {
  for (const name of ['one', 'two', 'three']) {
    await ann.expect(['mkdir', `/${name}`]);
    await ann.expect(['rm', '-r', `/${name}`]);
  }
  const { stdout: some } = await ann.expect(['trash', '--limit', '2']);
  expect(some).toMatch(/\/three\/\n.*\/two\/\nThere is more: `syncline trash --limit 20`/);
  expect((await ann.expect(['trash', '--limit', '3'])).stdout).not.toContain('There is more');
  expect(await ann.run(['trash', '--limit', '0'])).toMatchObject({ exitCode: 2 });
});
