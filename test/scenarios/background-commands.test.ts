import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { BackgroundDevice } from '../support/background-device.ts';
import { BackgroundWorld } from '../support/background-world.ts';
import { eventually } from '../support/eventually.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(180_000);

let world: BackgroundWorld;
let directory: string;
let service: BackgroundWorld['service'];

beforeEach(async () => {
  world = await BackgroundWorld.open();
  ({ directory, service } = world);
});
afterEach(() => world.close());

async function signIn(name: string): Promise<BackgroundDevice> {
  const device = await world.signIn(name);
  await device.cli.expect(['link', device.folder]);
  return device;
}

async function namesIn(device: BackgroundDevice): Promise<readonly string[]> {
  return (await readdir(device.folder)).filter((name) => name !== '.syncline').toSorted();
}

async function explainsWhatIsNotSynced({ cli, folder }: BackgroundDevice): Promise<void> {
  for (const path of ['build', 'build/out.o']) {
    const ignored = { state: 'ignored', detail: expect.stringContaining("'build/' says so (.synclineignore)") };
    expect(await cli.json(['explain', join(folder, path)])).toMatchObject({ path, ...ignored });
  }
  const unknown = await cli.run(['explain', join(folder, 'folder/nothing.txt')]);
  expect([unknown.exitCode, unknown.stderr]).toEqual([4, expect.stringContaining('nothing.txt')]);
}

describe('what is known of a path', () => {
  test('is the same with and without a sync in the background', async () => {
    const a = await signIn('a');
    await writeFile(join(a.folder, 'fine.txt'), 'fine');
    await symlink('fine.txt', join(a.folder, 'link'));
    await writeFile(join(a.folder, '.synclineignore'), 'build/\n');
    await mkdir(join(a.folder, 'build'));
    await writeFile(join(a.folder, 'build', 'out.o'), 'made');
    await a.cli.run(['sync', '--once']);
    await writeFile(join(a.folder, 'new.txt'), 'new');
    const explain = async (name: string) => a.cli.json(['explain', join(a.folder, name)]);

    expect(await explain('fine.txt')).toMatchObject({ folder: a.folder, path: 'fine.txt', state: 'synced' });
    expect(await explain('link')).toMatchObject({ state: 'problem', reason: 'symlink' });
    expect(await explain('new.txt')).toMatchObject({ state: 'pending' });
    await explainsWhatIsNotSynced(a);
    const dry = await a.cli.expect(['sync', '--dry-run']);
    expect(dry.stdout).toContain("'new.txt' goes to the service as a new file");
    expect(await explain('new.txt')).toMatchObject({ state: 'pending' });

    await a.cli.expect(['start']);
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', syncedNodes: 3 }]));
    expect(await explain('new.txt')).toMatchObject({ state: 'synced' });
    expect(await explain('link')).toMatchObject({ state: 'problem', reason: 'symlink', since: expect.any(String) });
    await explainsWhatIsNotSynced(a);
    const outside = await a.cli.run(['explain', directory]);
    expect([outside.exitCode, outside.stderr]).toEqual([4, expect.stringContaining('in no linked folder')]);
  });
});

describe('conflicts', () => {
  test('are listed and settled, by the sync in the background or without it', async () => {
    const [a, b] = await Promise.all([signIn('a'), signIn('b')]);
    for (const name of ['one.txt', 'two.txt', 'three.txt']) await writeFile(join(a.folder, name), 'base');
    await a.cli.expect(['sync', '--once']);
    await b.cli.expect(['sync', '--once']);
    for (const name of ['one.txt', 'two.txt', 'three.txt']) {
      await writeFile(join(a.folder, name), 'from a');
      await writeFile(join(b.folder, name), 'from b');
    }
    await a.cli.expect(['sync', '--once']);
    await b.cli.expect(['sync', '--once']);

    const list = await b.cli.expect(['conflicts']);
    expect(list.stdout).toMatch(/one\.txt.*mine: the change of 'b'/s);
    await b.cli.expect(['conflicts', 'resolve', join(b.folder, 'one.txt'), '--keep', 'mine']);
    expect(await readFile(join(b.folder, 'one.txt'), 'utf8')).toBe('from b');

    await b.cli.expect(['start']);
    await a.cli.expect(['start']);
    await b.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));
    const { folders } = (await b.cli.json(['conflicts'])) as { folders: readonly { conflictCount: number }[] };
    expect(folders).toMatchObject([{ conflictCount: 2, conflicts: [{ kind: 'copy' }, { kind: 'copy' }] }]);
    const copy = (await namesIn(b)).find((name) => name.startsWith('two (conflicted'));
    await b.cli.expect(['conflicts', 'resolve', join(b.folder, String(copy)), '--keep', 'theirs']);
    await b.cli.expect(['conflicts', 'resolve', join(b.folder, 'three.txt'), '--keep', 'both']);

    await eventually(async () =>
      expect(await namesIn(a)).toEqual(['one.txt', 'three (b).txt', 'three.txt', 'two.txt']),
    );
    await eventually(async () => expect(await readFile(join(a.folder, 'one.txt'), 'utf8')).toBe('from b'));
    expect(await readFile(join(a.folder, 'two.txt'), 'utf8')).toBe('from a');
    expect(await readFile(join(a.folder, 'three (b).txt'), 'utf8')).toBe('from b');
    expect((await b.cli.expect(['conflicts'])).stdout).toBe('There are no conflicts.\n');
    const again = await b.cli.run(['conflicts', 'resolve', join(b.folder, 'one.txt'), '--keep', 'mine']);
    expect(again.exitCode).toBe(4);
  });

  test('in which one side gives way are counted as settled, and not as copies', async () => {
    const [a, b] = await Promise.all([signIn('a'), signIn('b')]);
    await writeFile(join(a.folder, 'one.txt'), 'base');
    await a.cli.expect(['sync', '--once']);
    await b.cli.expect(['sync', '--once']);
    await b.cli.expect(['folder', 'set', b.folder, '--on-conflict', 'keep_mine']);
    await writeFile(join(a.folder, 'one.txt'), 'from a');
    await writeFile(join(b.folder, 'one.txt'), 'from b');
    await a.cli.expect(['sync', '--once']);
    const { stdout } = await b.cli.expect(['sync', '--once']);
    expect(stdout).toContain('1 file uploaded, 0 downloaded, 1 conflict settled.');
    expect(await namesIn(b)).toEqual(['one.txt']);
  });

  test('follow the strategy of the folder, from the moment on that it is set', async () => {
    const [a, b] = await Promise.all([signIn('a'), signIn('b')]);
    await writeFile(join(a.folder, 'one.txt'), 'base');
    await a.cli.expect(['sync', '--once']);
    await b.cli.expect(['folder', 'set', b.folder, '--on-conflict', 'keep_mine']);
    await b.cli.expect(['sync', '--once']);
    await writeFile(join(a.folder, 'one.txt'), 'from a');
    await writeFile(join(b.folder, 'one.txt'), 'from b');
    await a.cli.expect(['sync', '--once']);
    await b.cli.expect(['start']);
    await b.cli.expect(['sync', '--once']);
    await a.cli.expect(['sync', '--once']);
    expect(await namesIn(a)).toEqual(['one.txt']);
    expect(await readFile(join(a.folder, 'one.txt'), 'utf8')).toBe('from b');
    expect((await b.cli.expect(['folder', b.folder])).stdout).toContain('on conflict: keep_mine');
    const wrong = await b.cli.run(['folder', 'set', b.folder, '--on-conflict', 'mine']);
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('keep_mine')]);
  });
});

describe('conflicts that wait for a decision', () => {
  test('are found and settled without a sync in the background too', async () => {
    const [a, b] = await Promise.all([signIn('a'), signIn('b')]);
    const names = ['both.txt', 'mine.txt', 'theirs.txt'];
    for (const name of names) await writeFile(join(a.folder, name), 'base');
    await a.cli.expect(['sync', '--once']);
    await b.cli.expect(['folder', 'set', b.folder, '--on-conflict', 'fail']);
    await b.cli.expect(['sync', '--once']);
    for (const name of names) {
      await writeFile(join(a.folder, name), 'from a');
      await writeFile(join(b.folder, name), 'from b');
    }
    await a.cli.expect(['sync', '--once']);
    expect((await b.cli.run(['sync', '--once'])).exitCode).toBe(9);

    const listed = await b.cli.json(['conflicts']);
    expect(listed).toMatchObject({ folders: [{ conflictCount: 3, conflicts: names.map((path) => ({ path })) }] });
    const settle = (keep: string) =>
      b.cli.expect(['conflicts', 'resolve', join(b.folder, `${keep}.txt`), '--keep', keep]);
    expect((await settle('mine')).stdout).toContain('what is here takes the place');
    expect(await b.cli.json(['conflicts'])).toMatchObject({ folders: [{ conflictCount: 2 }] });
    await settle('theirs');
    await settle('both');

    await a.cli.expect(['sync', '--once']);
    const textIn = (device: BackgroundDevice, name: string) => readFile(join(device.folder, name), 'utf8');
    for (const device of [a, b]) {
      expect(await textIn(device, 'mine.txt')).toBe('from b');
      expect(await textIn(device, 'theirs.txt')).toBe('from a');
      const kept = (await namesIn(device)).filter((name) => name.startsWith('both'));
      expect(new Set(await Promise.all(kept.map((name) => textIn(device, name))))).toEqual(
        new Set(['from a', 'from b']),
      );
    }
    const gone = await b.cli.run(['conflicts', 'resolve', join(b.folder, 'mine.txt'), '--keep', 'mine']);
    expect([gone.exitCode, gone.stderr]).toEqual([4, expect.stringContaining('has no conflict')]);
  });
});

describe('settings', () => {
  test('of bandwidth reach the sync that runs, and stay over a restart', async () => {
    const a = await signIn('a');
    await a.cli.expect(['start']);
    await a.cli.expect(['limit', '--up', '1.5M', '--down', '200KiB/s']);
    const limits = { upBytesPerSecond: 1_572_864, downBytesPerSecond: 204_800 };
    await a.until((status) => expect(status.limits).toEqual(limits));
    await a.cli.expect(['stop']);
    await a.cli.expect(['limit', '--up', 'none']);
    await a.cli.expect(['start']);
    await a.until((status) => expect(status.limits).toEqual({ downBytesPerSecond: 204_800 }));
    expect((await a.cli.expect(['status'])).stdout).toContain('200 KiB/s are fetched');
    for (const rate of ['fast', '-1', '1K', '1e9', '']) {
      expect((await a.cli.run(['limit', `--up=${rate}`])).exitCode).toBe(2);
    }
    await a.until((status) => expect(status.limits).toEqual({ downBytesPerSecond: 204_800 }));
  });
});

describe('doctor', () => {
  test('finds nothing wrong with what is in order, and ends with a code of its own when something is not', async () => {
    const a = await signIn('a');
    await a.cli.expect(['start']);
    const fine = await a.cli.expect(['doctor']);
    expect(fine.stdout).not.toContain('PROBLEM');
    await rm(join(a.folder, '.syncline', 'marker.json'));
    const sick = await a.cli.run(['doctor', '--json']);
    expect(sick.exitCode).toBe(13);
    const { findings } = JSON.parse(sick.stdout) as { findings: readonly object[] };
    expect(findings.filter((finding) => 'remedy' in finding)).toMatchObject([{ check: 'folder', result: 'problem' }]);
    expect(JSON.parse(sick.stderr)).toMatchObject({ error: { code: 'unhealthy' } });
  });

  test('rebuilds the state of a folder from both sides, with and without a sync in the background', async () => {
    const [a, b] = await Promise.all([signIn('a'), signIn('b')]);
    await writeFile(join(a.folder, 'kept.txt'), 'kept');
    await a.cli.expect(['start']);
    await b.cli.expect(['start']);
    await b.untilText('kept.txt', 'kept');
    await a.cli.expect(['doctor', '--rebuild', a.folder]);
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', syncedNodes: 1 }]));
    await b.cli.expect(['stop']);
    // What is gone here while nothing ran is not taken for deleted: it comes back, and nothing is lost.
    await rm(join(b.folder, 'kept.txt'));
    await b.cli.expect(['doctor', '--rebuild']);
    await b.cli.expect(['start']);
    await b.untilText('kept.txt', 'kept');
    const put = (await readdir(join(b.home, 'folders'))).filter((name) => name.endsWith('.sqlite.replaced'));
    expect(put).toHaveLength(1);
  });
});

describe('what goes on', () => {
  test('is told line by line while it is watched, and the end of the sync ends the watch', async () => {
    const a = await signIn('a');
    const alone = await a.cli.run(['status', '--watch']);
    expect([alone.exitCode, alone.stderr]).toEqual([12, expect.stringContaining('syncline start')]);
    await a.cli.expect(['start']);
    const watching = a.cli.run(['status', '--watch', '--json']);
    await writeFile(join(a.folder, 'new.txt'), 'new');
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', syncedNodes: 1 }]));
    await a.cli.expect(['pause']);
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'paused' }]));
    await eventually(() => expect(service.requests.length).toBeGreaterThan(0));
    await a.cli.expect(['stop']);
    const { exitCode, stdout } = await watching;
    expect(exitCode).toBe(12);
    const lines = stdout.trimEnd().split('\n');
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ running: true, folders: [{ path: a.folder }] });
    expect(new Set(lines).size).toBe(lines.length);
  });
});
