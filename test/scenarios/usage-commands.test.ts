import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { DAY_MS, type EpochMs, epochMs, MEASURE_FILES_MAX } from '@syncline/protocol';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { CliDevice } from '../support/cli-process.ts';
import { HttpService } from '../support/http-service.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(300_000);

/** The clock on the wall, or one that is ahead of it. */
class WallClock extends MemoryClock {
  aheadMs = 0;

  override now(): EpochMs {
    return epochMs(Date.now() + this.aheadMs);
  }
}

const clock = new WallClock();
let directory: string;
let service: HttpService;
let ann: CliDevice;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-usage-'));
  service = new HttpService({ clock });
  await service.start();
  ann = new CliDevice({ home: await mkdtemp(join(directory, 'home-')), apiUrl: service.url });
  await ann.expect(['login', '--email', 'ann@example.com', '--password-stdin', '--device-name', 'ann'], 'any\n');
});
afterAll(async () => {
  await service.stop();
  await rm(directory, { recursive: true });
});

test('usage tells where the space goes and what it costs, the largest first', async () => {
  const file = async (name: string, bytes: number) => {
    const path = join(directory, name);
    await writeFile(path, Buffer.alloc(bytes, name));
    return path;
  };
  for (const folder of ['/photos', '/team', '/empty']) await ann.expect(['mkdir', folder]);
  await ann.expect(['put', await file('small', 10), '/photos/']);
  await ann.expect(['put', await file('large', 3000), '/photos/']);
  await ann.expect(['put', await file('plan', 2000), '/team/']);
  await ann.expect(['put', await file('gone', 500), '/']);
  await ann.expect(['rm', '/gone']);
  await ann.expect(['share', '/team', '--link']);
  const told = await ann.json(['usage', '--largest', '2']);
  expect(told).toMatchObject({
    presentBytes: 5010,
    trashBytes: 500,
    historyBytes: 0,
    folders: [{ path: '/team', bytes: 2000, isOnQuota: true }],
    largestFolders: [{ path: '/photos', bytes: 3010 }],
    largestFiles: [
      { path: '/photos/large', bytes: 3000 },
      { path: '/team/plan', bytes: 2000 },
    ],
  });
  const { stdout } = await ann.expect(['usage']);
  await ann.expect(['put', join(directory, 'large'), '/team/again']);
  expect(await ann.json(['usage', '--stored'])).toMatchObject({
    stored: { contentBytes: 8010, distinctBytes: 5010, sample: 1 },
  });
  const measured = await ann.expect(['usage', '--stored']);
  expect(measured.stdout).toMatch(/^Stored .* of 7\.8 KiB present and history: \d+ % are saved, 2\.9 KiB by/m);
  expect(stdout).toMatch(/^Present +4\.9 KiB {2}of /);
  expect(stdout).toContain('Trash         500 B  kept for 30 days\n');
  expect(stdout).toContain('at most $0.00 a month (S3 Standard in us-east-1)');
});

test('of more files than a request names the bytes of all are told, and of the same ones once', async () => {
  const bob = new CliDevice({ home: await mkdtemp(join(directory, 'home-')), apiUrl: service.url });
  await bob.expect(['login', '--email', 'bob@example.com', '--password-stdin', '--device-name', 'bob'], 'any\n');
  const folder = await mkdtemp(join(directory, 'many-'));
  const texts = Array.from({ length: 2 * MEASURE_FILES_MAX + 10 }, (_, index) => `the text number ${index % 90}`);
  await Promise.all(texts.map((text, index) => writeFile(join(folder, `file ${index}`), text)));
  await bob.expect(['link', folder]);
  await bob.expect(['sync', '--once', folder]);
  const sum = (all: Iterable<string>) => [...all].reduce((bytes, text) => bytes + text.length, 0);
  expect(await bob.json(['usage', '--stored'])).toMatchObject({
    stored: { contentBytes: sum(texts), distinctBytes: sum(new Set(texts)) },
  });
});

test('a retention that lets something go is set only with --yes', async () => {
  expect((await ann.expect(['retention'])).stdout).toBe(
    "'/' keeps what was replaced or deleted for 30 days, revisions ever fewer.\n",
  );
  await ann.expect(['retention', '--days', '60', '--thinning', 'none']);
  clock.aheadMs = 3 * DAY_MS;
  const refused = await ann.run(['retention', '--days', '1']);
  expect(refused).toMatchObject({ exitCode: 5, stdout: '' });
  expect(refused.stderr).toContain(
    'lets go 0 revisions (0 B) and 1 things in the trash, for good. Nothing was changed.',
  );
  const dry = await ann.expect(['retention', '--days', '1', '--dry-run']);
  expect(dry.stdout).toContain('1 things in the trash');
  expect(await ann.json(['retention'])).toMatchObject({ retention: { days: 60, thinning: 'none' } });
  await ann.expect(['retention', '--days', '1', '--yes']);
  expect(await ann.json(['retention', '/'])).toMatchObject({ retention: { days: 1, thinning: 'none' } });
  await ann.expect(['retention', '/team', '--days', '90']);
  expect(await ann.json(['retention', '/team'])).toMatchObject({ retention: { days: 90 } });
  expect(await ann.run(['retention', '--days', '500'])).toMatchObject({ exitCode: 2 });
  expect(await ann.run(['retention', '/photos', '--days', '5'])).toMatchObject({ exitCode: 5 });
});
