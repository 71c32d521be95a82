import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { CommandWorld } from '../support/command-world.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(300_000);

let world: CommandWorld;

beforeAll(async () => {
  world = await CommandWorld.open();
  for (const path of ['/jobs', '/jobs/team', '/own']) await world.ann.expect(['mkdir', path]);
  await world.ann.expect(['share', '/jobs/team']);
});
afterAll(() => world.close());

test('an older revision comes back in a shared folder, and the folder as it was', async () => {
  await world.put('one', '/jobs/team/plan.txt');
  const before = new Date().toISOString();
  await world.put('two', '/jobs/team/plan.txt');
  await world.say('restore', '/jobs/team/plan.txt', '--rev', '1');
  expect(await world.say('cat', '/jobs/team/plan.txt')).toBe('one');
  await world.put('three', '/jobs/team/plan.txt');
  expect(await world.say('restore', '/jobs/team', '--at', before)).toContain(
    '/jobs/team/plan.txt  (revision 1)\n1 change made',
  );
  expect(await world.say('cat', '/jobs/team/plan.txt')).toBe('one');
});

test('what was deleted in a shared folder is in the trash under its path in the account, and comes back or goes for good', async () => {
  await world.put('old', '/own/old.txt');
  await world.put('gone', '/jobs/team/gone.txt');
  await world.say('rm', '/jobs/team/gone.txt');
  await world.say('rm', '/own/old.txt');
  const [first, second] = (await world.say('trash')).split('\n');
  expect([first, second]).toEqual([
    expect.stringContaining('/own/old.txt'),
    expect.stringContaining('/jobs/team/gone.txt'),
  ]);
  const elsewhere = await world.ann.run(['trash', 'restore', '/jobs/team/gone.txt', '--to', '/own/']);
  expect(elsewhere).toMatchObject({ exitCode: 6, stdout: '' });
  expect(elsewhere.stderr).toContain('in different shared folders; nothing was restored');
  await world.say('restore', '/jobs/team/gone.txt');
  expect(await world.say('cat', '/jobs/team/gone.txt')).toBe('gone');
  await world.say('rm', '/jobs/team/gone.txt');
  await world.say('trash', 'purge', '/jobs/team/gone.txt');
  expect(await world.say('trash')).not.toContain('gone.txt');
  expect(await world.ann.run(['restore', '/jobs/team/gone.txt'])).toMatchObject({ exitCode: 4 });
});

test('a link is listed under the path that its file has in the account', async () => {
  await world.put('one', '/jobs/team/linked.txt');
  await world.say('link-create', '/jobs/team/linked.txt');
  expect(await world.say('links')).toContain('  /jobs/team/linked.txt  (');
});

test('what has happened in a shared folder is told by its path in the account', async () => {
  await world.put('one', '/jobs/team/seen.txt');
  expect(await world.say('activity', '/jobs/team')).toContain('created   /jobs/team/seen.txt\n');
});
