import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { BackgroundDevice } from '../support/background-device.ts';
import { HttpService } from '../support/http-service.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(180_000);

let directory: string;
let service: HttpService;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-odd-'));
  service = new HttpService();
  await service.start();
});
afterEach(async () => {
  await service.stop();
  await rm(directory, { recursive: true });
});

const signIn = (name: string) => BackgroundDevice.signIn(service, { directory, name });

test('a file of another millennium is synced as any other, and holds none back', async () => {
  const [a, b] = [await signIn('a'), await signIn('b')];
  for (const { cli, folder } of [a, b]) await cli.expect(['link', folder]);
  for (const year of ['0042', '2262', '2400', '9999']) {
    const file = join(a.folder, `${year}.txt`);
    await writeFile(file, year);
    await utimes(file, new Date(`${year}-12-31`), new Date(`${year}-12-31`));
  }
  await writeFile(join(a.folder, 'plain.txt'), 'plain');
  await a.cli.expect(['sync', '--once']);
  await b.cli.expect(['sync', '--once']);
  for (const name of ['0042', '2262', '2400', '9999', 'plain'])
    expect(await readFile(join(b.folder, `${name}.txt`), 'utf8')).toBe(name);
  const ownTime = (await stat(join(a.folder, '2262.txt'))).mtimeMs;
  // Where the file systems of both can hold it, a time comes as it is, as far as it can be stored.
  expect((await stat(join(b.folder, '2262.txt'))).mtimeMs).toBeLessThanOrEqual(ownTime);
  // Another start reads what was written down, and nothing has to be done.
  expect((await a.cli.expect(['sync', '--once'])).stdout).not.toContain('9999');
  expect(await b.cli.json(['sync', '--dry-run'])).toMatchObject({ folders: [{ steps: [] }] });
});

test('a folder inside one that another installation syncs is not linked, for it would be sent without end', async () => {
  const [a, b] = [await signIn('a'), await signIn('b')];
  await a.cli.expect(['link', a.folder]);
  const inside = join(a.folder, 'deep', 'inside');
  await mkdir(inside, { recursive: true });
  const refused = await b.cli.run(['link', inside]);
  expect(refused.exitCode).toBe(5);
  expect(refused.stderr).toContain(`lies in '${a.folder}', which is linked by another installation`);
  expect(await b.cli.json(['status'])).toMatchObject({ folders: [] });
  await b.cli.expect(['link', b.folder]);
});

test('a folder around one that another installation syncs is not linked either, until that link has ended', async () => {
  const [a, b] = [await signIn('a'), await signIn('b')];
  const inside = join(b.folder, 'deep', 'inside');
  await mkdir(inside, { recursive: true });
  await a.cli.expect(['link', inside]);
  const refused = await b.cli.run(['link', b.folder]);
  expect([refused.exitCode, refused.stderr]).toEqual([5, expect.stringContaining(`lies around '${inside}', which is`)]);
  expect(refused.stderr).toContain('end that link there with `syncline unlink`');
  expect(await b.cli.json(['status'])).toMatchObject({ folders: [] });
  // Of links of its own an installation knows without looking.
  expect((await a.cli.run(['link', b.folder])).stderr).toContain(`lies in or around the linked folder '${inside}'`);
  await a.cli.expect(['unlink', inside]);
  await b.cli.expect(['link', b.folder]);
});
