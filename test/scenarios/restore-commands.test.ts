import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { DAY_MS } from '@syncline/protocol';
import { CommandWorld } from '../support/command-world.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(300_000);

let world: CommandWorld;
let early: string;

beforeAll(async () => {
  world = await CommandWorld.open();
  await world.put('old', '/old.txt');
  early = new Date().toISOString();
  await world.ann.expect(['mkdir', '/later']);
  await world.put('kept', '/later/kept.txt');
});
afterAll(() => world.close());

/** With `--dry-run` as without it, for both tell the same. */
async function refusedAt(at: string, path: string): Promise<string> {
  const words = ['restore', path, '--at', at];
  const [told, done] = [await world.ann.run([...words, '--dry-run']), await world.ann.run(words)];
  expect(told).toEqual(done);
  expect(done).toMatchObject({ exitCode: 6, stdout: '' });
  return done.stderr;
}

test('a folder that was made later than a time is not emptied by a restore to it, and is told to be younger', async () => {
  const told = await refusedAt(early, '/later');
  expect(told).toMatch(/^syncline: '\/later': this folder was made later, at \S+Z: name a time since then\.\n/);
  expect(told).toContain("`syncline activity '/later'` tells what was done when");
  expect(await world.say('cat', '/later/kept.txt')).toBe('kept');
});

test('a file that was made later than a time is told to be so, and not to be as it was', async () => {
  expect(await refusedAt(early, '/later/kept.txt')).toContain("'/later/kept.txt': this file was made later, at ");
});

test('an account that was made later than a time loses nothing by a restore to it', async () => {
  const told = await refusedAt(new Date(Date.now() - DAY_MS).toISOString(), '/');
  expect(told).toMatch(/The account was made later, at \S+Z; at \S+Z there was nothing in it\. Nothing was changed\./);
  expect(await world.say('ls', '/')).toMatch(/later\/[^]*old\.txt/);
});

test('what one device put into a folder of its own is undone, and a file that it made is not called unchanged', async () => {
  await world.put('new', '/later/new.txt');
  const words = ['restore', '/later', '--at', early, '--device', 'this'];
  expect(await world.say(...words, '--dry-run')).toContain('delete      /later/new.txt\n');
  const file = await world.ann.run(['restore', '/later/new.txt', '--at', early, '--device', 'this']);
  expect(file).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('this file was made later') });
});

test('what does not stand at a path now is to be brought back before it is set back', async () => {
  await world.put('gone', '/gone.txt');
  await world.ann.expect(['rm', '/gone.txt']);
  const { exitCode, stderr } = await world.ann.run(['restore', '/gone.txt', '--at', '1min']);
  expect([exitCode, stderr]).toEqual([4, expect.stringContaining('it cannot be set back')]);
  expect(stderr).toContain("bring it back first: `syncline restore '/gone.txt'`");
});
