import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newEmail } from '../support/api-device.ts';
import { BackgroundDevice } from '../support/background-device.ts';
import { eventually } from '../support/eventually.ts';
import { sharedStack } from '../support/shared-stack.ts';

const PASSWORD = 'correct horse battery 9!';

let directory: string;
const devices: BackgroundDevice[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-background-'));
});
afterAll(async () => {
  await Promise.all(devices.map((device) => device.cli.run(['stop'])));
  await rm(directory, { recursive: true });
});

async function startDevice(name: string, options: { readonly command: 'signup' | 'login'; readonly email: string }) {
  const device = await BackgroundDevice.make(sharedStack().apiUrl, { directory, name });
  devices.push(device);
  await device.cli.expect([options.command, '--email', options.email, '--password-stdin'], `${PASSWORD}\n`);
  await device.cli.expect(['link', device.folder]);
  await device.cli.expect(['start']);
  return device;
}

test('a change reaches another device by a hint on its socket, and both are healthy', async () => {
  const email = newEmail();
  const a = await startDevice('a', { command: 'signup', email });
  const b = await startDevice('b', { command: 'login', email });
  for (const device of [a, b]) {
    await device.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', hints: 'socket' }]));
  }

  await writeFile(join(a.folder, 'letter.txt'), 'from a');
  await b.untilText('letter.txt', 'from a');
  await writeFile(join(b.folder, 'letter.txt'), 'from b');
  await a.untilText('letter.txt', 'from b');
  await rm(join(a.folder, 'letter.txt'));
  await eventually(async () => expect(await readFile(join(b.folder, 'letter.txt')).catch(() => 'gone')).toBe('gone'));

  for (const device of [a, b]) expect((await device.cli.expect(['doctor'])).stdout).not.toContain('PROBLEM');
});
