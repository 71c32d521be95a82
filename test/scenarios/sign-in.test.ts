import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { runCli } from '../../client/test/run-cli.ts';
import { BackgroundDevice } from '../support/background-device.ts';
import { HttpService } from '../support/http-service.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(60_000);

let directory: string;
let service: HttpService;
let device: BackgroundDevice;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-sign-in-'));
  service = new HttpService();
  await service.start();
  device = await BackgroundDevice.signIn(service, { directory, name: 'first name' });
});
afterEach(async () => {
  await service.stop();
  await rm(directory, { recursive: true });
});

function logIn(...options: readonly string[]) {
  return device.cli.json(['login', '--email', 'ada@example.com', '--password-stdin', ...options], 'any password\n');
}

async function devices(): Promise<readonly { readonly name: string; readonly revokedAt?: string }[]> {
  const { devices: listed } = (await device.cli.json(['devices'])) as {
    devices: readonly { readonly name: string; readonly revokedAt?: string }[];
  };
  return listed;
}

test('an installation that signs in again is the same device, under the name that the account knows', async () => {
  const { deviceId } = (await logIn()) as { deviceId: string };
  await device.cli.expect(['devices', 'rename', 'this', 'second name']);
  expect(await logIn()).toMatchObject({ deviceId, deviceName: 'second name' });
  await device.cli.expect(['logout']);
  expect(await logIn()).toMatchObject({ deviceId, deviceName: 'second name' });
  expect(await devices()).toMatchObject([{ name: 'second name' }]);
});

test('a name that is given with it is that of the device from then on', async () => {
  expect(await logIn('--device-name', 'other name')).toMatchObject({ deviceName: 'other name' });
  expect(await devices()).toMatchObject([{ name: 'other name' }]);
});

test('an installation whose device was unlinked is told that it is a new one', async () => {
  await device.cli.expect(['devices', 'unlink', 'this']);
  const words = ['login', '--email', 'ada@example.com', '--password-stdin'];
  const { stdout } = await device.cli.expect(words, 'any password\n');
  expect(stdout).toContain("on the device 'first name'");
  expect(stdout).toContain('was unlinked, so this is a new one');
  expect(await devices()).toHaveLength(2);
});

test('where a stack runs on this machine, links have the address at which its web app is', async () => {
  const home = join(directory, 'local');
  await mkdir(join(home, '.local'), { recursive: true });
  // Nobody listens at the address of the API itself.
  const outputs = { apiUrl: 'http://127.0.0.1:9', webUrl: service.url };
  await writeFile(join(home, '.local', 'outputs.json'), JSON.stringify(outputs));
  const words = ['login', '--email', 'ada@example.com', '--password-stdin'];
  expect(await runCli(words, { home, stdin: 'any password\n' })).toMatchObject({ code: 0 });
  expect(await runCli(['mkdir', '/plans'], { home })).toMatchObject({ code: 0 });
  const { stdout } = await runCli(['link-create', '/plans'], { home });
  expect(stdout).toMatch(new RegExp(`^${service.url}/v1/public/`));
});
