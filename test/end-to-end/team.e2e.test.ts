import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { newEmail, PASSWORD } from '../support/api-device.ts';
import { BackgroundDevice } from '../support/background-device.ts';
import { CliDevice } from '../support/cli-process.ts';
import { eventually } from '../support/eventually.ts';
import { readTextTree } from '../support/live-world.ts';
import { sharedStack } from '../support/shared-stack.ts';

/** The story starts some hundred processes; on a busy machine that takes its time. */
jest.setTimeout(600_000);

/** Of the folder that is set back: this many are rewritten, deleted and made. Together 1,000 changes. */
const REWRITTEN = 300;
const DELETED = 200;
const MADE = 500;

const run = promisify(execFile);
const emails = { ada: newEmail(), bob: newEmail(), cem: newEmail() };

let directory: string;
let ada: BackgroundDevice;
let bob: BackgroundDevice;
let cem: BackgroundDevice;
/** What bob was invited with. */
let invitation: string;
const devices: BackgroundDevice[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-team-'));
  const opened = (['ada', 'bob', 'cem'] as const).map((name) => open(name, { command: 'signup', email: emails[name] }));
  [ada, bob, cem] = (await Promise.all(opened)) as [BackgroundDevice, BackgroundDevice, BackgroundDevice];
});
afterAll(async () => {
  await Promise.all(devices.map((device) => device.cli.run(['stop'])));
  await rm(directory, { recursive: true });
});

/** An installation that is signed in and linked, with a sync that runs in the background. */
async function open(name: string, as: { readonly command: 'signup' | 'login'; readonly email: string }) {
  const device = await BackgroundDevice.make(sharedStack().apiUrl, { directory, name });
  devices.push(device);
  const words = [as.command, '--email', as.email, '--password-stdin', '--device-name', name];
  await device.cli.expect(words, `${PASSWORD}\n`);
  await device.cli.expect(['link', device.folder]);
  await device.cli.expect(['start']);
  return device;
}

async function say(device: BackgroundDevice, ...words: readonly string[]): Promise<string> {
  return (await device.cli.expect(words)).stdout;
}

async function write(device: BackgroundDevice, name: string, text: string): Promise<void> {
  await writeFile(join(device.folder, name), text);
}

async function invite(email: string, role: 'editor' | 'viewer'): Promise<string> {
  const told = await say(ada, 'share', '/team', '--with', email, '--role', role);
  const token = /syncline accept (\S+)/.exec(told)?.[1];
  if (token === undefined) throw new Error(`no invitation in: ${told}`);
  return token;
}

async function untilGone(device: BackgroundDevice, name: string): Promise<void> {
  await eventually(async () => expect(await readFile(join(device.folder, name)).catch(() => 'gone')).toBe('gone'));
}

/** The real curl: what it got, and the status of the last answer. */
async function curl(...words: readonly string[]): Promise<{ readonly status: number; readonly text: string }> {
  const path = join(directory, `curl-${randomBytes(4).toString('hex')}`);
  const { stdout } = await run('curl', ['-sS', '-L', '--max-time', '60', '-o', path, '-w', '%{http_code}', ...words]);
  return { status: Number(stdout), text: await readFile(path, 'utf8') };
}

async function revisionsOf(path: string): Promise<number> {
  return ((await ada.cli.json(['history', path])) as { readonly revisions: readonly object[] }).revisions.length;
}

test('a folder is shared with an editor and a viewer, and what either side edits arrives on all disks', async () => {
  await mkdir(join(ada.folder, 'team'));
  for (const name of ['plan', 'budget', 'notes']) await write(ada, `team/${name}.txt`, `the ${name}`);
  await say(ada, 'sync', '--once');
  invitation = await invite(emails.bob, 'editor');
  // The address in the token finds it; it is accepted by what was sent all the same.
  expect(await say(bob, 'invitations')).toContain(emails.bob);
  expect(await say(bob, 'accept', invitation)).toContain('you may read and change what is in it');
  expect(await say(cem, 'accept', await invite(emails.cem, 'viewer'))).toContain('you may read what is in it');
  for (const device of [bob, cem]) {
    for (const name of ['plan', 'budget', 'notes']) await device.untilText(`team/${name}.txt`, `the ${name}`);
  }

  await write(bob, 'team/plan.txt', 'the plan of bob');
  for (const device of [ada, cem]) await device.untilText('team/plan.txt', 'the plan of bob');
  await write(ada, 'team/plan.txt', 'the plan of both');
  await write(ada, 'team/new.txt', 'new');
  for (const device of [bob, cem]) {
    await device.untilText('team/plan.txt', 'the plan of both');
    await device.untilText('team/new.txt', 'new');
  }
  expect(await revisionsOf('/team/plan.txt')).toBe(3);
  expect(await say(bob, 'members', '/team')).toContain(emails.ada);
  const activity = await say(ada, 'activity', '/team');
  expect(activity).toContain(`${emails.bob}  modified`);
});

test('what a viewer edits stays on the disk as a copy with its reason, and is not sent before the role is another one', async () => {
  await write(cem, 'team/plan.txt', 'against the rules');
  await write(cem, 'team/own.txt', 'of cem');
  await cem.until(({ folders }) =>
    expect(folders).toMatchObject([
      { state: 'idle', problems: [{ reason: 'read-only' }, { reason: 'read-only', path: expect.anything() }] },
    ]),
  );
  await cem.untilText('team/plan.txt', 'the plan of both');
  const names = await readdir(join(cem.folder, 'team'));
  const copy = names.find((name) => name.includes('conflicted copy')) ?? 'no copy';
  expect(await readFile(join(cem.folder, 'team', copy), 'utf8')).toBe('against the rules');
  const status = await say(cem, 'status');
  expect(status).toContain('You may only read this shared folder. This stays on this disk and is not sent.');
  expect(status).toContain(copy);
  const refused = await cem.cli.run(['put', join(cem.folder, 'team/own.txt'), '/team/']);
  expect(refused).toMatchObject({ exitCode: 6, stdout: '' });
  expect(refused.stderr).toContain('may read here, but not change anything');
  const listed = await say(ada, 'ls', '/team');
  expect(
    listed
      .trim()
      .split('\n')
      .map((line) => line.split('  ').at(-1)),
  ).toEqual(['budget.txt', 'new.txt', 'notes.txt', 'plan.txt']);
  expect(await revisionsOf('/team/plan.txt')).toBe(3);

  expect(await say(ada, 'members', 'role', '/team', emails.cem, '--to', 'editor')).toContain('is an editor');
  await say(cem, 'sync', '--once');
  await ada.untilText(`team/${copy}`, 'against the rules');
  await bob.untilText('team/own.txt', 'of cem');
  await cem.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', problems: [] }]));
  await rm(join(cem.folder, 'team', copy));
  await untilGone(ada, `team/${copy}`);
});

test('who is removed has no access any more; what was unchanged goes into the trash of the disk, and what was edited stays', async () => {
  await say(bob, 'stop');
  await write(bob, 'team/budget.txt', 'never sent');
  expect(await say(ada, 'members', 'remove', '/team', emails.bob)).toContain('has no access');
  expect(await say(ada, 'members', '/team')).not.toContain(emails.bob);
  await say(bob, 'start');
  await untilGone(bob, 'team/plan.txt');
  await bob.until(({ folders }) =>
    expect(folders).toMatchObject([{ state: 'idle', problems: [{ reason: 'left-folder', path: 'team' }] }]),
  );
  expect(Object.fromEntries(await readTextTree(bob.folder))).toEqual({
    team: undefined,
    'team/budget.txt': 'never sent',
  });
  const trash = join(bob.folder, '.syncline/trash');
  const [day = 'no day'] = await readdir(trash);
  expect(await readFile(join(trash, day, 'team/plan.txt'), 'utf8')).toBe('the plan of both');
  expect(await say(bob, 'status')).toContain('You are not in this shared folder any more.');
  for (const words of [
    ['ls', '/team'],
    ['cat', '/team/plan.txt'],
    ['accept', invitation],
  ]) {
    expect([words, await bob.cli.run(words)]).toMatchObject([words, { stdout: '' }]);
    expect((await bob.cli.run(words)).exitCode).not.toBe(0);
  }
  await write(ada, 'team/notes.txt', 'without bob');
  await cem.untilText('team/notes.txt', 'without bob');
  expect(await say(ada, 'cat', '/team/budget.txt')).toBe('the budget');
});

test('a link opens with its password alone, as often as it says, and is listed where the file stands', async () => {
  const words = ['link-create', '/team/plan.txt', '--max-downloads', '2', '--password-stdin'];
  const { stdout } = await ada.cli.expect(words, 'open sesame\n');
  const url = stdout.split('\n')[0] ?? '';
  expect((await curl(url)).status).toBe(403);
  expect((await curl('-H', 'X-Link-Password: guessed', url)).status).toBe(403);
  const opening = ['-H', 'X-Link-Password: open sesame', url];
  for (let index = 0; index < 2; index++)
    expect(await curl(...opening)).toEqual({ status: 200, text: 'the plan of both' });
  const exhausted = await curl(...opening);
  expect([exhausted.status, exhausted.text]).toEqual([410, expect.stringContaining('as often as it may be')]);
  expect(await say(ada, 'links')).toContain('/team/plan.txt  (password, 2 of 2 uses, exhausted)');
});

test('somebody without an account sends files by a link, and they arrive on the disks of all who are in the folder', async () => {
  await mkdir(join(ada.folder, 'team/inbox'));
  await say(ada, 'sync', '--once');
  const told = await say(ada, 'link-create', '/team/inbox', '--upload', '--max-downloads', '2');
  const url = told.split('\n')[0] ?? '';
  const home = join(directory, 'home of nobody');
  await mkdir(home);
  const nobody = new CliDevice({ home, apiUrl: 'http://127.0.0.1:1' });
  await writeFile(join(home, 'report.txt'), 'from outside');
  expect(told).toContain('syncline send');
  const pageUrl = url.replace('/v1/public/', '/l/');
  for (const address of [url, pageUrl]) await nobody.expect(['send', 'report.txt', address]);
  const refused = await nobody.run(['send', 'report.txt', url]);
  expect(refused).toMatchObject({ exitCode: 6, stdout: '' });
  expect(refused.stderr).toContain('as often as it may be');
  for (const device of [ada, cem]) {
    for (const name of ['report.txt', 'report (2).txt']) await device.untilText(`team/inbox/${name}`, 'from outside');
  }
});

test('an older revision and what was deleted come back in a shared folder, on every disk', async () => {
  await say(ada, 'restore', '/team/plan.txt', '--rev', '1');
  for (const device of [ada, cem]) await device.untilText('team/plan.txt', 'the plan');
  await rm(join(cem.folder, 'team/notes.txt'));
  await untilGone(ada, 'team/notes.txt');
  expect(await say(ada, 'trash')).toContain('/team/notes.txt');
  expect(await say(ada, 'restore', '/team/notes.txt')).toContain("Restored '/team/notes.txt'");
  for (const device of [ada, cem]) await device.untilText('team/notes.txt', 'without bob');
});

test('a folder with 1,000 changes is set back to a time as the dry run told, and the restore is taken back', async () => {
  for (const device of [ada, cem]) await say(device, 'stop');
  const many = join(ada.folder, 'team/many');
  await mkdir(many);
  for (let index = 0; index < REWRITTEN + DELETED; index++) await writeFile(join(many, `f${index}`), `first ${index}`);
  await say(ada, 'sync', '--once');
  const before = { tree: await readTextTree(many), at: new Date().toISOString() };
  for (let index = 0; index < REWRITTEN; index++) await writeFile(join(many, `f${index}`), `second ${index}`);
  for (let index = REWRITTEN; index < REWRITTEN + DELETED; index++) await rm(join(many, `f${index}`));
  for (let index = 0; index < MADE; index++) await writeFile(join(many, `n${index}`), `made ${index}`);
  expect(await ada.cli.run(['sync', '--once'])).toMatchObject({ exitCode: 11 });
  await say(ada, 'sync', '--once', '--accept-deletes');
  const after = { tree: await readTextTree(many), at: new Date().toISOString() };

  const words = ['restore', '/team/many', '--at', before.at];
  const dry = await say(ada, ...words, '--dry-run');
  expect(dry).toContain("1000 changes would be made; '/team/many' as of");
  const counts = ['set back    /team/many/f', 'bring back  /team/many/f', 'delete      /team/many/n'];
  expect(counts.map((start) => dry.split('\n').filter((line) => line.startsWith(start)).length)).toEqual([
    REWRITTEN,
    DELETED,
    MADE,
  ]);
  expect(await say(ada, ...words, '--dry-run')).toBe(dry);
  const done = await say(ada, ...words);
  expect(done.replace(' made;', ' would be made;').split('\n').toSorted()).toEqual(dry.split('\n').toSorted());
  for (const device of [ada, cem]) await expectMany(device, before.tree);
  expect(await say(ada, ...words)).toContain('is as it was');
  expect(await say(ada, 'restore', '/team/many', '--at', after.at)).toContain('1000 changes made');
  for (const device of [ada, cem]) await expectMany(device, after.tree);
});

async function expectMany(device: BackgroundDevice, tree: ReadonlyMap<string, string | undefined>): Promise<void> {
  await say(device, 'sync', '--once', '--accept-deletes');
  const found = await readTextTree(join(device.folder, 'team/many'));
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(tree));
}

test('a device is renamed and unlinked and keeps its files; one that is wiped keeps only what it never sent', async () => {
  const laptop = await open('laptop', { command: 'login', email: emails.ada });
  const phone = await open('phone', { command: 'login', email: emails.ada });
  for (const device of [laptop, phone])
    await device.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));
  for (const device of [laptop, phone]) await device.untilText('team/plan.txt', 'the plan');
  const held = await readTextTree(laptop.folder);
  await say(ada, 'devices', 'rename', 'laptop', 'old laptop');
  expect(await say(ada, 'devices')).toContain('old laptop  (up to date)');
  await say(ada, 'devices', 'unlink', 'old laptop');
  expect((await laptop.cli.run(['sync', '--once'])).stderr).toContain('unlinked');
  expect((await laptop.cli.run(['mkdir', '/later'])).exitCode).not.toBe(0);
  expect([...(await readTextTree(laptop.folder))]).toEqual([...held]);

  await say(phone, 'stop');
  await write(phone, 'team/budget.txt', 'typed on the phone, never sent');
  expect(await say(ada, 'devices', 'unlink', 'phone', '--wipe')).toContain('What it never sent stays on it.');
  expect(await say(ada, 'devices')).toContain('has not answered yet');
  expect(await say(phone, 'sync', '--once')).toContain('files were removed');
  const left = Object.fromEntries(await readTextTree(phone.folder));
  expect(left).toEqual({ team: undefined, 'team/budget.txt': 'typed on the phone, never sent' });
  expect(await say(ada, 'devices')).toMatch(/has removed \d+ files and kept 1 that were never sent/);
  expect(await say(ada, 'cat', '/team/budget.txt')).toBe('the budget');
});
