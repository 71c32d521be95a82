import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { runCli } from '../../test/run-cli.ts';

jest.setTimeout(60_000);

let directory: string;
let home: string;
let units: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-login-'));
  home = join(directory, 'home');
  await mkdir(home);
  units = join(directory, 'systemd', 'user');
});
afterEach(() => rm(directory, { recursive: true }));

/** On a Linux whose systemctl writes down what it is told and ends as given. */
async function run(words: readonly string[], systemctl: { readonly exitCode: number } | 'absent') {
  const bin = join(directory, 'bin');
  await mkdir(bin, { recursive: true });
  const told = join(directory, 'told');
  await writeFile(told, '');
  await rm(join(bin, 'systemctl'), { force: true });
  if (systemctl !== 'absent') {
    const script = `#!/bin/sh\necho "$@" >> '${told}'\necho "no session" >&2\nexit ${systemctl.exitCode}\n`;
    await writeFile(join(bin, 'systemctl'), script);
    await chmod(join(bin, 'systemctl'), 0o755);
  }
  const PATH = systemctl === 'absent' ? bin : `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
  const result = await runCli(['service', ...words], { home, environment: { PATH, XDG_CONFIG_HOME: directory } });
  return { ...result, told: (await readFile(told, 'utf8')).trimEnd().split('\n') };
}

test('what is printed is what is written, and printing writes nothing', async () => {
  const printed = await run(['install', '--print'], { exitCode: 0 });
  expect(printed).toMatchObject({ code: 0, told: [''] });
  expect(printed.stdout).toContain(`"--home" "${home}"`);
  expect(await readdir(directory)).not.toContain('systemd');

  const installed = await run(['install'], { exitCode: 0 });
  expect(installed.code).toBe(0);
  const [name = ''] = await readdir(units);
  expect(await readFile(join(units, name), 'utf8')).toBe(printed.stdout);
  expect(installed.told).toEqual(['--user daemon-reload', `--user enable --now ${name}`]);
  expect(installed.stdout).toContain('starts with every log-in');
});

test('a system that cannot be told is said with what to do, and the file stays for it', async () => {
  const refused = await run(['install'], { exitCode: 1 });
  expect(refused.code).toBe(0);
  expect(refused.stdout).toContain('no session');
  expect(refused.stdout).toContain('systemctl --user enable --now');
  expect(refused.told).toEqual(['--user daemon-reload']);
  const absent = await run(['install', '--json'], 'absent');
  expect(JSON.parse(absent.stdout)).toMatchObject({ active: false, failure: "there is no 'systemctl' here" });
  expect(await readdir(units)).toHaveLength(1);
});

test('it tells whether it is installed, ends what it has installed, and leaves nothing', async () => {
  expect((await run(['status'], { exitCode: 0 })).stdout).toContain('does not start at the log-in');
  await run(['install'], { exitCode: 0 });
  expect(JSON.parse((await run(['--json'], { exitCode: 0 })).stdout)).toMatchObject({ installed: true, known: true });
  expect(JSON.parse((await run(['--json'], { exitCode: 1 })).stdout)).toMatchObject({ installed: true, known: false });
  const [name = ''] = await readdir(units);
  const again = await run(['install'], { exitCode: 0 });
  expect(again.told[0]).toBe(`--user disable --now ${name}`);
  expect((await run(['uninstall'], { exitCode: 0 })).told).toEqual([`--user disable --now ${name}`]);
  expect(await readdir(units)).toEqual([]);
  expect(JSON.parse((await run(['uninstall', '--json'], { exitCode: 0 })).stdout)).toMatchObject({
    wasInstalled: false,
  });
});
