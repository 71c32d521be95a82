import { constants } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { NameOrder } from '../support/disk-journal.ts';
import { DiskUser } from '../support/disk-user.ts';
import { SimulatedDisk } from '../support/simulated-disk.ts';
import { KilledError, SimulatedProcess } from '../support/simulated-process.ts';
import { SimulatedWatcher } from '../support/simulated-watcher.ts';

const { O_CREAT, O_RDONLY, O_RDWR } = constants;

/** Everything that a crash may leave after these doings, each as `path=text` in the order of the paths. */
function outcomes(order: NameOrder, doings: (disk: SimulatedDisk) => void): ReadonlySet<string> {
  const found = new Set<string>();
  for (let seed = 0; seed < 300; seed++) {
    const disk = new SimulatedDisk({ order });
    for (const directory of ['/a', '/b']) disk.mkdir(directory);
    syncAll(disk, '/');
    doings(disk);
    disk.crash(`${seed}`);
    const tree = new DiskUser(disk, { root: '/', careful: false }).tree();
    const files = [...tree].filter(([, text]) => text !== undefined);
    found.add(files.map(([path, text]) => `${path}=${text?.replaceAll('\0', '0')}`).join(' '));
  }
  return found;
}

function write(disk: SimulatedDisk, path: string, text: string, options = { sync: false }): void {
  const file = disk.open(path, O_RDWR | O_CREAT);
  disk.write(file, Buffer.from(text), 0);
  if (options.sync) disk.sync(file);
  disk.close(file);
}

function syncAll(disk: SimulatedDisk, path: string): void {
  const opened = disk.open(path, O_RDONLY);
  disk.sync(opened);
  disk.close(opened);
}

describe.each(['ordered', 'per-directory'] as const)('after a crash, names %s', (order) => {
  test('what was synced, file and directory, is there', () => {
    const kept = outcomes(order, (disk) => {
      write(disk, '/a/f', 'text', { sync: true });
      syncAll(disk, '/a');
    });
    expect(kept).toEqual(new Set(['a/f=text']));
  });

  test('a file without a sync of its directory may be gone, and never has other bytes than were synced', () => {
    const kept = outcomes(order, (disk) => write(disk, '/a/f', 'text', { sync: true }));
    expect(kept).toEqual(new Set(['', 'a/f=text']));
  });

  test('a file without a sync of its own may be there without its bytes', () => {
    const kept = outcomes(order, (disk) => {
      write(disk, '/a/f', 'text');
      syncAll(disk, '/a');
    });
    expect(kept).toEqual(new Set(['a/f=', 'a/f=0000', 'a/f=text']));
  });

  test('a rename that replaces may be there while the bytes of the renamed file are not', () => {
    const kept = outcomes(order, (disk) => {
      write(disk, '/a/f', 'old', { sync: true });
      syncAll(disk, '/a');
      write(disk, '/a/g', 'new');
      disk.rename('/a/g', '/a/f');
    });
    expect(kept).toContain('a/f=old');
    expect(kept).toContain('a/f=new');
    expect(kept).toContain('a/f=');
    expect(kept).not.toContain('');
  });

  test('a rename to another directory has happened or not, and never half', () => {
    const kept = outcomes(order, (disk) => {
      write(disk, '/a/f', 'text', { sync: true });
      syncAll(disk, '/a');
      disk.rename('/a/f', '/b/f');
    });
    expect(kept).toEqual(new Set(['a/f=text', 'b/f=text']));
  });

  test('a write over bytes that were synced leaves each block old or new', () => {
    const [old, fresh] = ['o'.repeat(32), 'n'.repeat(32)];
    const kept = outcomes(order, (disk) => {
      write(disk, '/a/f', old, { sync: true });
      syncAll(disk, '/a');
      write(disk, '/a/f', fresh);
    });
    const [o, n] = ['o'.repeat(16), 'n'.repeat(16)];
    expect(kept).toEqual(new Set([o + o, o + n, n + o, n + n].map((text) => `a/f=${text}`)));
  });

  test('what was open before is not open after', () => {
    const disk = new SimulatedDisk({ order });
    const file = disk.open('/f', O_RDWR | O_CREAT);
    disk.crash('1');
    expect(() => disk.stat(file)).toThrow('EBADF');
  });
});

test('where names reach the disk in their order, a second name is never missing when the first is gone', () => {
  const move = (disk: SimulatedDisk) => {
    write(disk, '/a/f', 'text', { sync: true });
    syncAll(disk, '/a');
    disk.link('/a/f', '/b/f');
    disk.unlink('/a/f');
  };
  expect(outcomes('ordered', move)).toEqual(new Set(['a/f=text', 'a/f=text b/f=text', 'b/f=text']));
  // Where every directory is for itself it may be: the file is lost.
  expect(outcomes('per-directory', move)).toContain('');
});

test('what a sync has failed to write is seen until the crash, and gone after it though a later sync succeeds', () => {
  const disk = new SimulatedDisk({ order: 'ordered' });
  const text = () => new DiskUser(disk, { root: '/', careful: false }).tree().get('f')?.replaceAll('\0', '0');
  const [o, n] = ['o'.repeat(16), 'n'.repeat(16)];
  write(disk, '/f', o + o + o, { sync: true });
  syncAll(disk, '/');
  const file = disk.open('/f', O_RDWR);
  disk.write(file, Buffer.from(n + n + n + n), 0);
  disk.failSync(file);
  // What is written once more is as good as new.
  disk.write(file, Buffer.from('n'), 16);
  disk.sync(file);
  expect(text()).toBe(n + n + n + n);
  disk.crash('seed');
  expect(text()).toBe(o + n + o + '0'.repeat(16));
});

test('the same seed leaves the same', () => {
  const run = () => {
    const disk = new SimulatedDisk({ order: 'per-directory' });
    for (const name of ['a', 'b', 'c', 'd']) write(disk, `/${name}`, name.repeat(40));
    disk.crash('seed');
    return [...new DiskUser(disk, { root: '/', careful: false }).tree()];
  };
  expect(run()).toEqual(run());
});

test('a disk that is full takes what has room, and says so when nothing has', () => {
  const disk = new SimulatedDisk({ order: 'ordered' });
  disk.volume.capacityBytes = 48;
  const file = disk.open('/f', O_RDWR | O_CREAT);
  disk.truncate(file, 1000);
  expect(disk.write(file, new Uint8Array(100), 0)).toBe(48);
  expect(() => disk.write(file, new Uint8Array(1), 48)).toThrow('ENOSPC');
  expect(disk.write(file, new Uint8Array(48), 0)).toBe(48);
  disk.unlink('/f');
  const other = disk.open('/g', O_RDWR | O_CREAT);
  expect(() => disk.write(other, new Uint8Array(1), 0)).toThrow('ENOSPC');
  disk.close(file);
  expect(disk.write(other, new Uint8Array(1), 0)).toBe(1);
});

describe('a process', () => {
  test('is killed before or after a call, and makes no other', async () => {
    for (const moment of ['killed-before', 'killed-after'] as const) {
      const disk = new SimulatedDisk({ order: 'ordered' });
      const process = new SimulatedProcess(disk);
      process.faults = ({ number }) => (number === 2 ? moment : undefined);
      await process.calls.mkdir('/one');
      await expect(process.calls.mkdir('/two')).rejects.toThrow(KilledError);
      await expect(process.calls.mkdir('/three')).rejects.toThrow(KilledError);
      expect(() => process.calls.lstatSync('/one')).toThrow(KilledError);
      expect(disk.readdir('/')).toEqual(moment === 'killed-before' ? ['one'] : ['one', 'two']);
      expect(process.log.map(({ name, path }) => `${name} ${path}`)).toEqual(['mkdir /one', 'mkdir /two']);
    }
  });

  test('is told of planned errors, and of half done writes', async () => {
    const disk = new SimulatedDisk({ order: 'ordered' });
    const process = new SimulatedProcess(disk);
    process.faults = ({ name }) => (name === 'mkdir' ? 'EIO' : name === 'fwrite' ? 'short' : undefined);
    await expect(process.calls.mkdir('/one')).rejects.toMatchObject({ code: 'EIO' });
    const file = await process.calls.open('/f', O_RDWR | O_CREAT);
    expect(await file.write(new Uint8Array(10), 0)).toBe(5);
    expect(disk.readdir('/')).toEqual(['f']);
  });
});

describe('a watcher', () => {
  function watched(mode: 'exact' | 'delayed' | 'duplicated' | 'overflow') {
    const disk = new SimulatedDisk({ order: 'ordered' });
    for (const directory of ['/synced', '/synced/docs', '/synced/.syncline', '/other']) disk.mkdir(directory);
    const watcher = new SimulatedWatcher(disk, { root: '/synced', mode });
    for (const folder of ['', 'docs', '.syncline']) watcher.cover(folder);
    let calls = 0;
    watcher.onHint(() => {
      calls += 1;
    });
    return { disk, watcher, calls: () => calls };
  }
  const nothing = { everything: false, folders: new Set() };

  test('tells the folders in which names, bytes or attributes change, and nothing of other places', () => {
    const { disk, watcher, calls } = watched('exact');
    write(disk, '/other/f', 'text');
    write(disk, '/synced/.syncline/f', 'text');
    expect([watcher.take(), calls()]).toEqual([nothing, 0]);
    write(disk, '/synced/docs/f', 'text');
    disk.link('/synced/docs/f', '/synced/f');
    expect(watcher.take()).toEqual({ everything: false, folders: new Set(['', 'docs']) });
    disk.chmod('/synced/f', 0o755);
    expect(watcher.take()).toEqual({ everything: false, folders: new Set(['', 'docs']) });
    disk.rename('/synced/docs/f', '/other/g');
    expect([watcher.take(), calls()]).toEqual([{ everything: false, folders: new Set(['docs']) }, 3]);
  });

  test('tells nothing of folders that were never covered, and follows a folder that is renamed', () => {
    const { disk, watcher } = watched('exact');
    disk.mkdir('/synced/new');
    watcher.take();
    write(disk, '/synced/new/f', 'text');
    expect(watcher.take()).toEqual(nothing);
    disk.rename('/synced/docs', '/synced/moved');
    expect(watcher.take().folders).toEqual(new Set(['']));
    write(disk, '/synced/moved/f', 'text');
    expect(watcher.take().folders).toEqual(new Set(['docs']));
    disk.mkdir('/synced/docs');
    watcher.cover('docs');
    write(disk, '/synced/moved/f', 'more');
    watcher.take();
    watcher.keepOnly('', new Set(['moved', 'new']));
    write(disk, '/synced/docs/f', 'text');
    expect(watcher.take()).toEqual(nothing);
  });

  test('may be late, say everything twice, or know only that something has happened', () => {
    const late = watched('delayed');
    write(late.disk, '/synced/f', 'text');
    expect([late.watcher.take(), late.calls()]).toEqual([nothing, 0]);
    late.watcher.deliver();
    expect([late.watcher.take(), late.calls()]).toEqual([{ everything: false, folders: new Set(['']) }, 1]);

    const twice = watched('duplicated');
    write(twice.disk, '/synced/f', 'text');
    expect(twice.watcher.take().folders).toEqual(new Set(['']));
    twice.watcher.deliver();
    expect([twice.watcher.take().folders, twice.calls()]).toEqual([new Set(['']), 2]);

    const lost = watched('overflow');
    write(lost.disk, '/synced/f', 'text');
    expect([lost.watcher.take(), lost.calls()]).toEqual([{ everything: true, folders: new Set() }, 1]);
  });
});
