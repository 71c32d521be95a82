/** An edit of a large file on the deployed stack: only what is new travels, and every device has the file. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MiB } from '@syncline/protocol';
import { S3ObjectStore } from '../../lambdas/chunks/s3-object-store.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import { newEmail, PASSWORD } from '../support/api-device.ts';
import { awsConnection } from '../support/aws-world.ts';
import { CliDevice } from '../support/cli-process.ts';
import { listObjectKeys } from '../support/local-bucket.ts';
import { sharedStack } from '../support/shared-stack.ts';

const FILE = 'disk.img';

let directory: string;
let email: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-patched-'));
  email = newEmail();
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function openDevice(name: string, signIn: 'signup' | 'login') {
  const [home, folder] = [join(directory, `${name} home`), join(directory, name)];
  for (const each of [home, folder]) await mkdir(each);
  const cli = new CliDevice({ home, apiUrl: sharedStack().apiUrl });
  await cli.expect([signIn, '--email', email, '--password-stdin'], `${PASSWORD}\n`);
  await cli.expect(['link', folder]);
  return { file: join(folder, FILE), sync: () => cli.expect(['sync', '--once', folder]) };
}

test('of a large file that was edited at some places only these travel, and the other device has it as it is', async () => {
  const a = await openDevice('a', 'signup');
  const b = await openDevice('b', 'login');
  const bytes = randomBytes(6 * MiB);
  await writeFile(a.file, bytes);
  await a.sync();
  await b.sync();
  const before = new Set(await listObjectKeys(sharedStack(), 'chunks/'));
  bytes.fill(1, 1_000_000, 1_000_016);
  const edited = Buffer.concat([bytes.subarray(0, 4_000_000), Buffer.from('inserted'), bytes.subarray(4_000_000)]);
  await writeFile(a.file, edited);
  await a.sync();
  const added = (await listObjectKeys(sharedStack(), 'chunks/')).filter((key) => !before.has(key));
  const { bucket } = sharedStack();
  const objects = new S3ObjectStore({ bucket, connection: awsConnection(), clock: systemClock });
  const heads = await Promise.all(added.map((key) => objects.head(key)));
  expect(heads.length).toBeGreaterThan(0);
  // What a device has PUT bears a tag of its own: these were made by the service.
  expect(heads.map((head) => head?.writer)).toEqual(heads.map(() => undefined));
  await b.sync();
  expect((await readFile(b.file)).equals(edited)).toBe(true);
});
