import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { BackgroundDevice } from '../support/background-device.ts';
import { HttpService } from '../support/http-service.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(180_000);

let directory: string;
let service: HttpService;
const devices: BackgroundDevice[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-refusals-'));
  service = new HttpService();
  await service.start();
});
afterEach(async () => {
  await Promise.all(devices.splice(0).map((device) => device.cli.run(['stop'])));
  await service.stop();
  await rm(directory, { recursive: true });
});

async function signIn(name: string): Promise<BackgroundDevice> {
  const device = await BackgroundDevice.signIn(service, { directory, name });
  devices.push(device);
  return device;
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
