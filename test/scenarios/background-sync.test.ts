import type { ChildProcess } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { runCli } from '../../client/test/run-cli.ts';
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

const signIn = (name: string): Promise<BackgroundDevice> => world.signIn(name);

async function startLinked(name: string): Promise<BackgroundDevice> {
  const device = await signIn(name);
  await device.cli.expect(['link', device.folder]);
  await device.cli.expect(['start']);
  return device;
}

describe('a sync in the background', () => {
  test('carries changes over, survives kill -9, and ends when it is told to', async () => {
    const [a, b] = await Promise.all([startLinked('a'), startLinked('b')]);
    await writeFile(join(a.folder, 'letter.txt'), 'first');
    await b.untilText('letter.txt', 'first');
    await writeFile(join(b.folder, 'letter.txt'), 'second');
    await a.untilText('letter.txt', 'second');

    const { pid } = await b.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', problems: [] }]));
    await b.kill();
    await eventually(async () => expect(await b.status()).toBeUndefined());
    await writeFile(join(a.folder, 'letter.txt'), 'third');
    await writeFile(join(b.folder, 'own.txt'), 'made while nothing ran');
    await b.cli.expect(['start']);
    await b.untilText('letter.txt', 'third');
    await a.untilText('own.txt', 'made while nothing ran');
    expect((await b.until(() => undefined)).pid).not.toBe(pid);

    expect((await b.cli.expect(['stop'])).stdout).toContain('has stopped');
    expect(await b.cli.json(['status'])).toMatchObject({ running: false, folders: [{ state: 'stopped' }] });
    expect((await b.cli.expect(['stop'])).stdout).toContain('does not run');
    await writeFile(join(a.folder, 'letter.txt'), 'fourth');
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', seq: 5 }]));
    expect(await readFile(join(b.folder, 'letter.txt'), 'utf8')).toBe('third');
  });

  test('ends in order when the system ends it, and when its directory is taken away', async () => {
    const a = await signIn('a');
    await a.cli.expect(['link', a.folder]);
    const children: ChildProcess[] = [];
    const start = () =>
      runCli(['start', '--foreground'], { home: a.home, onStart: (child) => void children.push(child) });
    const run = start();
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));
    children[0]?.kill('SIGTERM');
    expect(await run).toMatchObject({ code: 0, stdout: 'Stopped.\n' });

    const again = start();
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));
    await rename(a.home, `${a.home} elsewhere`);
    await eventually(() => expect(children[1]?.exitCode).not.toBeNull()).finally(() => children[1]?.kill('SIGKILL'));
    expect(await again).toMatchObject({ code: 0, stdout: 'Stopped.\n' });
    await rename(`${a.home} elsewhere`, a.home);
  });

  test('is one process for each home, however often and at once it is started', async () => {
    const a = await startLinked('a');
    const first = await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));
    const again = await a.cli.expect(['start']);
    expect(again.stdout).toContain(`already (process ${first.pid})`);
    const foreground = await a.cli.expect(['start', '--foreground']);
    expect(foreground.stdout).toContain('already');

    await a.cli.expect(['stop']);
    const starts = await Promise.all([1, 2, 3, 4].map(() => a.cli.json(['start'])));
    const { pid } = await a.until(() => undefined);
    expect(starts).toMatchObject([{ pid }, { pid }, { pid }, { pid }]);
    expect(starts.filter((start) => (start as { started: boolean }).started)).toHaveLength(1);
  });

  test('takes up folders that are linked, and leaves folders that are unlinked, while it runs', async () => {
    const [a, b] = await Promise.all([signIn('a'), startLinked('b')]);
    expect((await a.cli.expect(['start'])).stdout).toContain('syncline link FOLDER');
    await writeFile(join(a.folder, 'a.txt'), 'from a');
    expect((await a.cli.expect(['link', a.folder])).stdout).toContain('It is being synced');
    await b.untilText('a.txt', 'from a');

    // As a process leaves it that is killed while a file lies aside; one that is awake would see that the name is gone.
    await a.cli.expect(['pause']);
    await mkdir(join(a.folder, '.syncline', 'aside'), { recursive: true });
    await rename(join(a.folder, 'a.txt'), join(a.folder, '.syncline', 'aside', '1-a.txt'));
    await a.cli.expect(['unlink', a.folder]);
    expect(await a.until(() => undefined)).toMatchObject({ folders: [] });
    await writeFile(join(a.folder, 'after.txt'), 'stays here');
    await writeFile(join(b.folder, 'b.txt'), 'stays there');
    await b.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle', seq: 2 }]));
    expect((await readdir(a.folder)).toSorted()).toEqual(['.syncline', 'a.txt', 'after.txt']);
    expect(await readdir(join(a.folder, '.syncline'))).not.toContain('marker.json');

    await a.cli.expect(['link', a.folder]);
    await b.untilText('after.txt', 'stays here');
    await a.untilText('b.txt', 'stays there');
  });

  test('tells of a sign-in that has ended, and goes on after the next one without a restart', async () => {
    const [a, b] = await Promise.all([startLinked('a'), startLinked('b')]);
    const { pid } = await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));

    expect((await a.cli.expect(['logout'])).stdout).toContain('Signed out');
    const out = await a.until(({ signedIn }) => expect(signedIn).toBe(false));
    expect(out.folders).toMatchObject([{ state: 'refused', detail: expect.stringContaining('syncline login') }]);
    await writeFile(join(a.folder, 'late.txt'), 'written while signed out');
    const sync = await a.cli.run(['sync', '--once']);
    expect([sync.exitCode, sync.stderr]).toEqual([3, expect.stringContaining('syncline login')]);

    await a.logIn('a');
    await b.untilText('late.txt', 'written while signed out');
    expect((await a.until(() => undefined)).pid).toBe(pid);
  });

  test('survives tokens that the service refuses', async () => {
    const [a, b] = await Promise.all([startLinked('a'), startLinked('b')]);
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));
    service.sessionsEnded = true;
    await a.until(({ signedIn, folders }) => {
      expect([signedIn, folders]).toMatchObject([false, [{ state: 'refused' }]]);
    });
    service.sessionsEnded = false;
    await writeFile(join(a.folder, 'late.txt'), 'late');
    await Promise.all([a.logIn('a'), b.logIn('b')]);
    await b.untilText('late.txt', 'late');
  });

  test('waits while the service cannot be reached, and catches up', async () => {
    const [a, b] = await Promise.all([startLinked('a'), startLinked('b')]);
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));
    service.unreachable = true;
    await writeFile(join(a.folder, 'offline.txt'), 'written offline');
    const { folders } = await a.until((status) => expect(status.folders).toMatchObject([{ state: 'offline' }]));
    expect(folders[0]?.nextAttemptAt).toBeDefined();
    service.unreachable = false;
    await a.cli.expect(['sync', '--once']);
    await b.untilText('offline.txt', 'written offline');
  });

  test('rests while it is paused, also over a restart, and goes on', async () => {
    const [a, b] = await Promise.all([startLinked('a'), startLinked('b')]);
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));
    await a.cli.expect(['pause']);
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'paused' }]));
    await writeFile(join(a.folder, 'held.txt'), 'held back');
    await a.cli.expect(['stop']);
    await a.cli.expect(['start']);
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'paused', seq: 0 }]));
    const sync = await a.cli.run(['sync', '--once']);
    expect([sync.exitCode, sync.stderr]).toEqual([5, expect.stringContaining('syncline resume')]);
    await a.cli.expect(['resume', a.folder]);
    await b.untilText('held.txt', 'held back');
  });

  test('holds many deletes back until somebody says that they are meant', async () => {
    const [a, b] = await Promise.all([startLinked('a'), startLinked('b')]);
    await mkdir(join(a.folder, 'many'));
    const names = Array.from({ length: 60 }, (_, index) => `many/${index}.txt`);
    await Promise.all(names.map((name) => writeFile(join(a.folder, name), name)));
    await b.untilText('many/59.txt', 'many/59.txt');
    await eventually(async () => expect(await readdir(join(b.folder, 'many'))).toHaveLength(60));
    await a.until(({ folders }) => expect(folders).toMatchObject([{ state: 'idle' }]));

    await rename(join(a.folder, 'many'), join(directory, 'moved away'));
    const { folders } = await a.until((status) => expect(status.folders).toMatchObject([{ state: 'mass-change' }]));
    expect(folders[0]?.massChange).toMatchObject({ remote: 61, local: 0 });
    expect(await readdir(join(b.folder, 'many'))).toHaveLength(60);
    const sync = await a.cli.run(['sync', '--once']);
    expect([sync.exitCode, sync.stderr]).toEqual([11, expect.stringContaining('--accept-deletes')]);

    await a.cli.expect(['resume', '--accept-deletes']);
    await b.until((status) => expect(status.folders).toMatchObject([{ state: 'mass-change' }]));
    expect(await readdir(b.folder)).toContain('many');
    await b.cli.expect(['resume', '--accept-deletes']);
    await eventually(async () => expect(await readdir(b.folder)).not.toContain('many'));
  });

  test('goes on with its other folders when one of them cannot be started, and tells which', async () => {
    const a = await signIn('a');
    const other = join(directory, 'other');
    await a.cli.expect(['link', a.folder]);
    const linked = (await a.cli.json(['link', other, '--namespace', await namespaceOf(a)])) as { folderId: string };
    // Where the state of a folder should be, something stands that is no database.
    await mkdir(join(a.home, 'folders', `${linked.folderId}.sqlite`));
    await a.cli.expect(['start']);
    const { folders } = await a.until((status) => {
      expect(status.folders).toMatchObject([{ state: 'idle' }, { state: 'failed' }]);
    });
    expect(folders[1]).toMatchObject({ path: other, detail: expect.stringContaining('ERR_SQLITE_ERROR') });

    await rm(join(a.home, 'folders', `${linked.folderId}.sqlite`), { recursive: true });
    await a.until((status) => expect(status.folders).toMatchObject([{ state: 'idle' }, { state: 'idle' }]));
    expect(await readFile(join(a.home, 'logs', 'daemon.log'), 'utf8')).not.toMatch(/folder a|other|ada@|memory /);
  });
});

async function namespaceOf(device: BackgroundDevice): Promise<string> {
  const { folders } = (await device.cli.json(['status'])) as { folders: readonly { namespaceId: string }[] };
  return folders[0]?.namespaceId ?? '';
}
