import { expect, test } from '@jest/globals';
import { DeviceId, encodeUlid, NamespaceId } from '@syncline/protocol';
import { DiskUser } from '../../../../test/support/disk-user.ts';
import { SimulatedDisk } from '../../../../test/support/simulated-disk.ts';
import { SimulatedProcess } from '../../../../test/support/simulated-process.ts';
import { DiskRefusedError } from '../../engine/ports.ts';
import { NodeFileSystem } from './node-file-system.ts';

const id = encodeUlid(new Uint8Array(16));
const marker = { folderId: 'folder', deviceId: DeviceId.parse(id), namespaceId: NamespaceId.parse(id) };

function world() {
  const disk = new SimulatedDisk({ order: 'per-directory' });
  disk.mkdir('/synced');
  const process = new SimulatedProcess(disk);
  const files = new NodeFileSystem({
    root: '/synced',
    marker,
    today: () => '2026-01-31',
    calls: process.calls,
  });
  return { disk, process, files, user: new DiskUser(disk, { root: '/synced', careful: true }) };
}

const bytes = (text: string) => Buffer.from(text);

async function download({ files }: Pick<ReturnType<typeof world>, 'files'>, path: string, text: string) {
  const staged = await files.stage({ key: 'key', size: text.length });
  // As a download does: what an earlier try has written is not fetched again.
  const found = Buffer.from(staged.readSync({ start: 0, end: text.length })).toString();
  if (!staged.resumed || found !== text) await staged.write(0, bytes(text));
  const present = await files.look(path);
  return files.publish({ staged, path, replaces: present?.identity, executable: false, modifiedAtMs: undefined });
}

test('the second name that a killed process left in staging is not written through to the file', async () => {
  const { disk, process, files, user } = world();
  process.faults = ({ name }) => (name === 'unlink' ? 'killed-before' : undefined);
  await expect(download({ files }, 'file', 'first')).rejects.toThrow('killed');
  const restarted = new NodeFileSystem({
    root: '/synced',
    marker,
    today: () => '2026-01-31',
    calls: new SimulatedProcess(disk).calls,
  });
  user.write('file', 'edited');
  const staged = await restarted.stage({ key: 'key', size: 5 });
  await staged.write(0, bytes('third'));
  expect(user.tree()).toEqual(new Map([['file', 'edited']]));
  await staged.close();
});

test('what was made in a folder that was moved then is durable after a flush', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const { disk, files, user } = world();
    for (const folder of ['b', 'c']) user.mkdir(folder);
    await files.makeFolder('b/made');
    const moved = await files.look('b');
    if (moved === undefined) throw new Error('b is there');
    await files.move({ from: 'b', to: 'c/b', identity: moved.identity });
    await files.flush();
    disk.crash(`${seed}`);
    expect([...user.tree().keys()]).toEqual(['c', 'c/b', 'c/b/made']);
  }
});

test('what went into the trash is there after a flush', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const { disk, files, user } = world();
    user.write('file', 'text');
    const entry = await files.look('file');
    if (entry === undefined) throw new Error('the file is there');
    expect(await files.trash({ path: 'file', expected: new Map([['file', entry]]) })).toMatchObject({ kind: 'done' });
    await files.flush();
    disk.crash(`${seed}`);
    expect(user.trashed()).toEqual(['text']);
  }
});

test('a flush that the disk refuses says so, and the next one tries it again', async () => {
  const { disk, process, files, user } = world();
  await files.makeFolder('folder');
  process.faults = ({ name }) => (name === 'fsync' ? 'EIO' : undefined);
  await expect(files.flush()).rejects.toThrow(DiskRefusedError);
  process.faults = () => undefined;
  await files.flush();
  disk.crash('1');
  expect([...user.tree().keys()]).toEqual(['folder']);
});

test.each(['EIO', 'ENOSPC'] as const)(
  'bytes of which a sync has failed with %s are fetched again, and not believed because the next sync succeeds',
  async (fault) => {
    const { disk, process, files, user } = world();
    process.faults = ({ name }) => (name === 'fsync' ? fault : undefined);
    expect(await download({ files }, 'file', 'text')).toEqual({
      kind: 'failed',
      reason: fault === 'EIO' ? 'disk' : 'disk-full',
    });
    process.faults = () => undefined;
    expect(await download({ files }, 'file', 'text')).toMatchObject({ kind: 'done' });
    await files.flush();
    disk.crash('1');
    expect(user.tree()).toEqual(new Map([['file', 'text']]));
  },
);

test('where what a sync has failed to write cannot be removed either, it is the sync that is told', async () => {
  const { process, files } = world();
  process.faults = ({ name }) => (name === 'fsync' ? 'ENOSPC' : name === 'unlink' ? 'ENOENT' : undefined);
  expect(await download({ files }, 'file', 'text')).toEqual({ kind: 'failed', reason: 'disk-full' });
});

test('a file that nobody else has is durable under its new name before it loses the old one', async () => {
  for (let seed = 0; seed < 50; seed++) {
    const { disk, process, files, user } = world();
    for (const folder of ['from', 'to']) user.mkdir(folder);
    user.write('from/file', 'text');
    const entry = await files.look('from/file');
    if (entry === undefined) throw new Error('the file is there');
    process.faults = ({ name }) => (name === 'unlink' ? 'killed-after' : undefined);
    const moved = files.move({ from: 'from/file', to: 'to/file', identity: entry.identity });
    await expect(moved).rejects.toThrow('killed');
    disk.crash(`${seed}`);
    expect([...user.tree().values()]).toContain('text');
  }
});

test('the trash keeps every file that had the same name, also where a file stands in the place of a folder', async () => {
  const { files, user } = world();
  const trash = async (path: string) => {
    const entry = await files.look(path);
    if (entry === undefined) throw new Error(`${path} is there`);
    return files.trash({ path, expected: new Map([[path, entry]]) });
  };
  for (const text of ['one', 'two', 'three']) {
    user.write('name', text);
    expect(await trash('name')).toMatchObject({ kind: 'done' });
  }
  user.mkdir('name');
  user.write('name/below', 'four');
  expect(await trash('name/below')).toMatchObject({ kind: 'done' });
  expect(user.trashed().toSorted()).toEqual(['four', 'one', 'three', 'two']);
});
