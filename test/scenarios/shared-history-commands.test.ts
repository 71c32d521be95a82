import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { CliDevice } from '../support/cli-process.ts';
import { HttpService } from '../support/http-service.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(300_000);

let directory: string;
let service: HttpService;
let ann: CliDevice;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-shared-history-'));
  service = new HttpService();
  await service.start();
  ann = new CliDevice({ home: directory, apiUrl: service.url });
  await ann.expect(['login', '--email', 'ann@example.com', '--password-stdin', '--device-name', 'ann'], 'any\n');
  for (const path of ['/jobs', '/jobs/team', '/own']) await ann.expect(['mkdir', path]);
  await ann.expect(['share', '/jobs/team']);
});
afterAll(async () => {
  await service.stop();
  await rm(directory, { recursive: true });
});

async function put(text: string, remote: string): Promise<void> {
  await writeFile(join(directory, 'local.txt'), text);
  await ann.expect(['put', 'local.txt', remote]);
}

async function say(...words: readonly string[]): Promise<string> {
  return (await ann.expect(words)).stdout;
}

test('an older revision comes back in a shared folder, and the folder as it was', async () => {
  await put('one', '/jobs/team/plan.txt');
  const before = new Date().toISOString();
  await put('two', '/jobs/team/plan.txt');
  await say('restore', '/jobs/team/plan.txt', '--rev', '1');
  expect(await say('cat', '/jobs/team/plan.txt')).toBe('one');
  await put('three', '/jobs/team/plan.txt');
  expect(await say('restore', '/jobs/team', '--at', before)).toContain(
    '/jobs/team/plan.txt  (revision 1)\n1 change made',
  );
  expect(await say('cat', '/jobs/team/plan.txt')).toBe('one');
});

test('what was deleted in a shared folder is in the trash under its path in the account, and comes back or goes for good', async () => {
  await put('old', '/own/old.txt');
  await put('gone', '/jobs/team/gone.txt');
  await say('rm', '/jobs/team/gone.txt');
  await say('rm', '/own/old.txt');
  const [first, second] = (await say('trash')).split('\n');
  expect([first, second]).toEqual([
    expect.stringContaining('/own/old.txt'),
    expect.stringContaining('/jobs/team/gone.txt'),
  ]);
  const elsewhere = await ann.run(['trash', 'restore', '/jobs/team/gone.txt', '--to', '/own/']);
  expect(elsewhere).toMatchObject({ exitCode: 6, stdout: '' });
  expect(elsewhere.stderr).toContain('in different shared folders; nothing was restored');
  await say('restore', '/jobs/team/gone.txt');
  expect(await say('cat', '/jobs/team/gone.txt')).toBe('gone');
  await say('rm', '/jobs/team/gone.txt');
  await say('trash', 'purge', '/jobs/team/gone.txt');
  expect(await say('trash')).not.toContain('gone.txt');
  expect(await ann.run(['restore', '/jobs/team/gone.txt'])).toMatchObject({ exitCode: 4 });
});

test('a link is listed under the path that its file has in the account', async () => {
  await put('one', '/jobs/team/linked.txt');
  await say('link-create', '/jobs/team/linked.txt');
  expect(await say('links')).toContain('  /jobs/team/linked.txt  (');
});

test('what has happened in a shared folder is told by its path in the account', async () => {
  await put('one', '/jobs/team/seen.txt');
  expect(await say('activity', '/jobs/team')).toContain('created   /jobs/team/seen.txt\n');
});
