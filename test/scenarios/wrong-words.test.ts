import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { CliResult } from '../support/cli-process.ts';
import { CommandWorld } from '../support/command-world.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(300_000);

const LONG = 'x'.repeat(300);
const ODD_NAME = 'new\nline.txt';

let world: CommandWorld;

beforeAll(async () => {
  world = await CommandWorld.open();
  await world.put('one', '/file.txt');
  await writeFile(join(world.directory, ODD_NAME), 'odd');
});
afterAll(() => world.close());

/** A refusal that names no field of a request: who reads it has typed words, and sent no body. */
async function refused(words: readonly string[], stdin?: string): Promise<CliResult> {
  const result = await world.ann.run(words, stdin);
  expect(result).toMatchObject({ stdout: '', stderr: expect.not.stringMatching(/body|regex|X-Link/) });
  expect(result.stderr.trim().split('\n')).toHaveLength(2);
  return result;
}

test('what is restored into a folder that was renamed is told by the place where it is now', async () => {
  await world.ann.expect(['mkdir', '-p', '/before/inner']);
  await world.put('kept', '/before/inner/one.txt');
  await world.ann.expect(['rm', '/before/inner/one.txt']);
  await world.ann.expect(['mv', '/before', '/after']);
  expect(await world.say('restore', '/before/inner/one.txt')).toBe(
    "Restored '/after/inner/one.txt'; it stood at '/before/inner/one.txt'.\n",
  );
  expect(await world.say('cat', '/after/inner/one.txt')).toBe('kept');
  await world.ann.expect(['rm', '/after/inner/one.txt']);
  expect(await world.say('trash', 'restore', '/after/inner/one.txt')).toBe("Restored '/after/inner/one.txt'.\n");
});

test('what is restored elsewhere, and in a shared folder, is told by its path in the account', async () => {
  await world.ann.expect(['mkdir', '-p', '/teams/blue']);
  await world.ann.expect(['share', '/teams/blue']);
  await world.put('kept', '/teams/blue/two.txt');
  await world.ann.expect(['rm', '/teams/blue/two.txt']);
  expect(await world.ann.json(['restore', '/teams/blue/two.txt'])).toMatchObject({ path: '/teams/blue/two.txt' });
  await world.put('gone', '/gone.txt');
  await world.ann.expect(['rm', '/gone.txt']);
  await world.ann.expect(['mkdir', '/elsewhere']);
  expect(await world.say('trash', 'restore', '/gone.txt', '--to', '/elsewhere/')).toBe(
    "Restored '/elsewhere/gone.txt'; it stood at '/gone.txt'.\n",
  );
});

test('a folder that is to be made below a file is told which file is in the way', async () => {
  for (const words of [['/file.txt/inner'], ['/file.txt'], ['-p', '/file.txt/inner'], ['-p', '/file.txt']]) {
    const { exitCode, stderr } = await refused(['mkdir', ...words]);
    expect([words, exitCode, stderr]).toEqual([words, 5, expect.stringContaining("'/file.txt' is a file")]);
    expect(stderr).not.toContain('no error');
  }
});

test('folders are made with those above them in a shared folder too', async () => {
  await world.ann.expect(['mkdir', '/shared']);
  await world.ann.expect(['share', '/shared']);
  await world.ann.expect(['mkdir', '-p', '/shared/a/b']);
  await world.ann.expect(['mkdir', '-p', '/shared']);
  expect(await world.say('ls', '/shared/a')).toContain('b/');
});

test('of folders that are made with those above them it is told which were made, and what was there', async () => {
  expect(await world.say('mkdir', '-p', '/x/y')).toBe("Made '/x', '/x/y'.\n");
  expect(await world.say('mkdir', '-p', '/x/y/z/w')).toBe("Made '/x/y/z', '/x/y/z/w'; '/x/y' was there already.\n");
  expect(await world.say('mkdir', '-p', '/x/y/z')).toBe("'/x/y/z' was there already; nothing was made.\n");
  expect(await world.say('mkdir', '-p', '/')).toBe("'/' was there already; nothing was made.\n");
  expect(await world.say('mkdir', '/x/y/one')).toBe("Made '/x/y/one'.\n");
  await world.ann.expect(['share', '/x/y']);
  expect(await world.say('mkdir', '-p', '/x/y/new')).toBe("Made '/x/y/new'; '/x/y' was there already.\n");
  expect(await world.ann.json(['mkdir', '-p', '/x/y/new/er'])).toMatchObject({
    path: '/x/y/new/er',
    made: ['/x/y/new/er'],
  });
});

test('a label, and the name of a device, that cannot be one is told with what it lacks', async () => {
  for (const given of [
    ['label', '/file.txt'],
    ['devices', 'rename', 'this'],
  ]) {
    const [empty, long, broken] = [
      await refused([...given, ' ']),
      await refused([...given, LONG]),
      await refused([...given, 'a\nb']),
    ];
    for (const { exitCode } of [empty, long, broken]) expect(exitCode).toBe(2);
    expect(empty.stderr).toContain('it is empty');
    expect(long.stderr).toContain('it has 300 characters');
    expect(broken.stderr).toContain("'a\\u{a}b' cannot be used: it has a line break or another character");
  }
  const named = await refused(['login', '--email', 'ann@example.com', '--device-name', 'a/b', '--password-stdin'], 'x');
  expect(named).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("'a/b' cannot be used") });
});

test('what a link cannot have is told with the option and its limit', async () => {
  const life = await refused(['link-create', '/file.txt', '--expires', '999w']);
  expect(life).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--expires') });
  expect(life.stderr).toContain('3650 days');
  const downloads = await refused(['link-create', '/file.txt', '--max-downloads', '1000001']);
  expect(downloads).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--max-downloads') });
  expect(downloads.stderr).toContain('from 1 to 1000000');
  const password = await refused(['link-create', '/file.txt', '--password-stdin'], 'pässword');
  expect(password).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('password') });
  const revision = await refused(['link-create', '/file.txt', '--rev', '9']);
  expect(revision).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('no revision 9. It has') });
});

test('a local name that no file of the service can have is told, with how another one is given', async () => {
  const stored = await refused(['put', ODD_NAME]);
  expect(stored).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("'new\\u{a}line.txt'") });
  expect(stored.stderr).not.toContain('//');
  expect(stored.stderr).toContain('control characters');
  await world.ann.expect(['put', ODD_NAME, '/plain.txt']);
  const [address = ''] = (await world.say('link-create', '/', '--upload')).split('\n');
  const sent = await refused(['send', ODD_NAME, address]);
  expect(sent).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('control characters') });
  expect(sent.stderr).toContain('Rename it');
});

test('a link that has a password says so in the words of the command', async () => {
  const [address = ''] = (
    await world.ann.expect(['link-create', '/', '--upload', '--password-stdin'], 'secret')
  ).stdout.split('\n');
  const without = await refused(['send', 'local.txt', address]);
  expect(without).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('--password-stdin') });
  const wrong = await refused(['send', 'local.txt', address, '--password-stdin'], 'other');
  expect(wrong.stderr).toContain('not the password');
  await world.ann.expect(['send', 'local.txt', address, '--password-stdin'], 'secret');
});

test('what a download replaces keeps its permissions', async () => {
  const local = join(world.directory, 'secret.txt');
  for (const mode of [0o400, 0o600]) {
    await rm(local, { force: true });
    await writeFile(local, 'old', { mode });
    await world.ann.expect(['get', '--force', '/file.txt', local]);
    expect([await readFile(local, 'utf8'), (await stat(local)).mode & 0o777]).toEqual(['one', mode]);
  }
});

test('a word that is no option and a command that there is not are told with what was meant', async () => {
  const dashed = await refused(['put', '-dash']);
  expect(dashed.stderr).toContain('A name that begins with `-` goes behind `--`.');
  const unknown = await refused(['rname', '/file.txt']);
  expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.not.stringContaining('\\u{a}') });
});

test('whoever writes too little or too much of a command is told how that one is written', async () => {
  const usage = 'Write `syncline get [options] <remote> [local]`; `syncline get --help` says more.';
  expect((await refused(['get'])).stderr).toContain(usage);
  expect((await refused(['get', 'a', 'b', 'c'])).stderr).toContain(usage);
  expect((await refused(['cat', '/file.txt', '--rev', 'x'])).stderr).toContain('See `syncline cat --help`.');
  expect((await refused(['members', 'role', '/s', 'x'])).stderr).toContain('See `syncline members role --help`.');
});

test('what is to go into a folder that there is not, or into itself, is told so with what to do', async () => {
  await world.ann.expect(['mkdir', '/mine']);
  for (const words of [
    ['put', 'local.txt', '/not/there/x'],
    ['mkdir', '/not/there/x'],
    ['mv', '/mine', '/not/there/x'],
  ]) {
    const { exitCode, stderr } = await refused(words);
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining("Make it with `syncline mkdir -p '/not/there'`")]);
  }
  const inside = await refused(['mv', '/mine', '/mine/deeper']);
  expect([inside.exitCode, inside.stderr]).toEqual([6, expect.stringContaining("into itself, to '/mine/deeper';")]);
  expect((await refused(['mv', '/mine', '/mine'])).stderr).toContain('Name a folder that does not lie in it.');
});

test('of a download into a folder that is not there the folder is told', async () => {
  const { exitCode, stderr } = await refused(['get', '/file.txt', join('absent', 'file.txt')]);
  expect([exitCode, stderr]).toEqual([4, expect.stringContaining("'absent' does not exist on this computer")]);
});

test('a link that there is not is to be asked for, and not to be looked for in the own files', async () => {
  const { exitCode, stderr } = await refused(['send', 'local.txt', `${world.url}/v1/public/${'a'.repeat(43)}`]);
  expect([exitCode, stderr]).toEqual([4, expect.stringContaining('Ask who gave it to you')]);
});

test('words that are too long for a search, and a file to search in, are told as such', async () => {
  expect((await refused(['search', LONG])).stderr).toContain('The words have 300 characters together');
  expect((await refused(['search', 'one', '--in', '/file.txt'])).stderr).toContain("'/file.txt' is a file");
});

test('who signs in where no Syncline answers is told where that was', async () => {
  const away = 'http://127.0.0.1:1/elsewhere';
  const words = ['login', '--email', 'ann@example.com', '--password-stdin', '--api', away];
  const { exitCode, stderr } = await refused(words, 'any');
  expect([exitCode, stderr]).toEqual([8, expect.stringContaining(`No Syncline answers at ${away}`)]);
});
