import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DeviceId, NamespaceId } from '@syncline/protocol';
import type { StagedContent } from '../../engine/ports.ts';
import type { LocalEntry } from '../../engine/trees.ts';
import type { DiskCalls, DiskHandle } from './disk-calls.ts';
import type { FolderWatcher } from './folder-watcher.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { NodeFileSystem } from './node-file-system.ts';
import { writeRootMarker } from './root-marker.ts';

const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const otherId = '01ARZ3NDEKTSV4RRFFQ69G5FAW';
const marker = { folderId: 'folder', deviceId: DeviceId.parse(id), namespaceId: NamespaceId.parse(id) };
let directory: string;
let root: string;

beforeEach(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'syncline-files-')));
  root = join(directory, 'root');
  mkdirSync(root);
  await writeRootMarker(root, marker);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** The folder, with somebody who does something at the moment of a call. */
function filesWith(calls: Partial<DiskCalls> = {}, watcher?: FolderWatcher): NodeFileSystem {
  const more = watcher === undefined ? {} : { watcher };
  return new NodeFileSystem({
    root,
    marker,
    today: () => '2026-01-31',
    calls: { ...nodeDiskCalls, ...calls },
    ...more,
  });
}

const at = (path: string) => join(root, path);
const write = (path: string, text: string) => writeFileSync(at(path), text);
const read = (path: string) => readFileSync(at(path), 'utf8');

async function look(path: string): Promise<LocalEntry> {
  const entry = await filesWith().look(path);
  if (entry === undefined) throw new Error(`${path} is there`);
  return entry;
}

async function publish(files: NodeFileSystem, path: string, replaces?: LocalEntry) {
  const staged = await files.stage({ key: 'key', size: 7 });
  await staged.write(0, Buffer.from('fetched'));
  const outcome = await files.publish({
    staged,
    path,
    replaces: replaces?.identity,
    executable: false,
    modifiedAtMs: undefined,
  });
  await staged.close();
  return outcome;
}

async function stageText(files: NodeFileSystem, key: string, text: string): Promise<void> {
  const staged = await files.stage({ key, size: text.length });
  await staged.write(0, Buffer.from(text));
  await staged.close();
}

const textOf = (staged: StagedContent) => Buffer.from(staged.readSync({ start: 0, end: 4 })).toString();

test('what was staged under another key is taken over once, and only where nothing was staged before', async () => {
  const files = filesWith();
  await stageText(files, 'ahead', 'came');
  const first = await files.stage({ key: 'first', size: 4, from: 'ahead' });
  expect([first.isTakenOver, first.resumed, textOf(first)]).toEqual([true, true, 'came']);
  const second = await files.stage({ key: 'second', size: 4, from: 'ahead' });
  expect([second.isTakenOver, second.resumed]).toEqual([false, false]);
  await first.close();
  await second.close();
  await stageText(files, 'ahead', 'more');
  const again = await files.stage({ key: 'first', size: 4, from: 'ahead' });
  expect([again.isTakenOver, textOf(again)]).toEqual([false, 'came']);
  await again.close();
});

test('what is not wanted any more leaves staging, and a second time that is no failure', async () => {
  const files = filesWith();
  await stageText(files, 'ahead', 'came');
  await files.unstage('ahead');
  await files.unstage('ahead');
  expect(existsSync(at('.syncline/staging/ahead'))).toBe(false);
});

test('a file that is made at the place of a fetched one is never replaced by it', async () => {
  write('f', 'by a person');
  expect(await publish(filesWith(), 'f')).toEqual({ kind: 'changed' });
  expect(read('f')).toBe('by a person');
});

test('a fetched file replaces the one that the plan saw, and no other', async () => {
  write('f', 'seen');
  const seen = await look('f');
  expect(await publish(filesWith(), 'f', seen)).toMatchObject({ kind: 'done' });
  expect(read('f')).toBe('fetched');
  write('f', 'by a person');
  expect(await publish(filesWith(), 'f', seen)).toEqual({ kind: 'changed' });
  expect(read('f')).toBe('by a person');
});

test('a file that is made at the new place of a moved one at the last moment is never replaced by it', async () => {
  write('from', 'moved');
  const late = (path: string) => {
    if (!existsSync(path)) writeFileSync(path, 'by a person');
  };
  const files = filesWith({
    link: (from, to) => {
      late(to);
      return nodeDiskCalls.link(from, to);
    },
    renameSync: (from, to) => {
      late(to);
      nodeDiskCalls.renameSync(from, to);
    },
  });
  const outcome = await files.move({ from: 'from', to: 'to', identity: (await look('from')).identity });
  expect(outcome).toEqual({ kind: 'changed' });
  expect([read('from'), read('to')]).toEqual(['moved', 'by a person']);
});

test('a file that takes the place of the one that is being moved stays there', async () => {
  write('from', 'moved');
  mkdirSync(at('folder'));
  const files = filesWith({
    link: async (from, to) => {
      await nodeDiskCalls.link(from, to);
      write('saved', 'by a person');
      renameSync(at('saved'), from);
    },
  });
  const outcome = await files.move({ from: 'from', to: 'folder/to', identity: (await look('from')).identity });
  expect(outcome).toEqual({ kind: 'changed' });
  expect([read('from'), read('folder/to')]).toEqual(['by a person', 'moved']);
});

test('what is saved in the moment in which a file is moved aside keeps its name', async () => {
  write('from', 'moved');
  const files = filesWith({
    renameSync: (from, to) => {
      renameSync(at('from'), at('kept'));
      write('from', 'by a person');
      nodeDiskCalls.renameSync(from, to);
    },
  });
  const { identity } = await look('from');
  expect(await files.move({ from: 'from', to: `syncline-moving-${id}`, identity })).toEqual({ kind: 'changed' });
  expect(readdirSync(root).toSorted()).toEqual(['.syncline', 'from', 'kept']);
  expect(read('from')).toBe('by a person');
});

test('what somebody puts in the place of something that was just made or moved there is told as changed', async () => {
  mkdirSync(at('from'));
  const { identity } = await look('from');
  const files = filesWith({
    mkdir: async (path) => writeFileSync(path, 'by a person'),
    renameSync: (from, to) => {
      nodeDiskCalls.renameSync(from, at('elsewhere'));
      writeFileSync(to, 'by a person');
    },
  });
  expect(await files.makeFolder('made')).toEqual({ kind: 'changed' });
  expect(await files.move({ from: 'from', to: 'moved', identity })).toEqual({ kind: 'changed' });
});

test('a file that took the place of the one that was to be moved stays there', async () => {
  write('from', 'planned');
  const { identity } = await look('from');
  renameSync(at('from'), at('kept'));
  write('from', 'another file');
  expect(await filesWith().move({ from: 'from', to: 'to', identity })).toEqual({ kind: 'changed' });
  expect([read('from'), existsSync(at('to'))]).toEqual(['another file', false]);
});

test.each([
  ['was written to', () => write('d/f', 'written since')],
  ['came', () => write('d/new', 'new')],
  [
    'was put in the place of another',
    () => {
      write('x', 'seen');
      renameSync(at('x'), at('d/f'));
    },
  ],
])('a folder in which something %s since the plan is not put into the trash', async (_, happens) => {
  mkdirSync(at('d'));
  write('d/f', 'seen');
  const expected = new Map([
    ['d', await look('d')],
    ['d/f', await look('d/f')],
  ]);
  happens();
  const names = readdirSync(at('d'));
  expect(await filesWith().trash({ path: 'd', expected })).toEqual({ kind: 'changed' });
  expect(readdirSync(at('d'))).toEqual(names);
});

test('a folder that is as the plan saw it goes into the trash, whole', async () => {
  mkdirSync(at('d'));
  write('d/f', 'seen');
  const expected = new Map([
    ['d', await look('d')],
    ['d/f', await look('d/f')],
  ]);
  expect(await filesWith().trash({ path: 'd', expected })).toMatchObject({ kind: 'done' });
  expect(existsSync(at('d'))).toBe(false);
  expect(read('.syncline/trash/2026-01-31/d/f')).toBe('seen');
});

test('what goes into the trash never replaces what lies there already', async () => {
  for (const text of ['first', 'second', 'third']) {
    write('f', text);
    const expected = new Map([['f', await look('f')]]);
    expect(await filesWith().trash({ path: 'f', expected })).toMatchObject({ kind: 'done' });
  }
  const trash = at('.syncline/trash');
  const kept = readdirSync(trash).map((day) => readFileSync(join(trash, day, 'f'), 'utf8'));
  expect(new Set(kept)).toEqual(new Set(['first', 'second', 'third']));
});

test('on a disk without second names, too, a move replaces nothing that came before the last look', async () => {
  write('from', 'moved');
  const files = filesWith({
    link: (_, path) => {
      writeFileSync(path, 'by a person');
      return Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' }));
    },
  });
  const outcome = await files.move({ from: 'from', to: 'to', identity: (await look('from')).identity });
  expect(outcome).toEqual({ kind: 'changed' });
  expect([read('from'), read('to')]).toEqual(['moved', 'by a person']);
});

test('a file that is written to while it is read is told as changed', async () => {
  write('f', 'first');
  const file = await look('f');
  const files = filesWith({
    open: async (path, flags, mode) => {
      const handle = await nodeDiskCalls.open(path, flags, mode);
      const during: DiskHandle['read'] = async (into, position) => {
        const count = await handle.read(into, position);
        if (path === at('f')) appendFileSync(path, ' second');
        return count;
      };
      return { ...handle, read: during };
    },
  });
  expect(await files.read({ path: 'f', identity: file.identity }, { start: 0, end: 5 })).toEqual({ kind: 'changed' });
});

test('a file that is not in the state that was seen is not read', async () => {
  write('f', 'first');
  const { identity } = await look('f');
  expect(await filesWith().read({ path: 'f', identity }, { start: 0, end: 5 })).toMatchObject({ kind: 'read' });
  write('f', 'other');
  expect(await filesWith().read({ path: 'f', identity }, { start: 0, end: 5 })).toEqual({ kind: 'changed' });
});

test('nothing is changed through a link that stands in the place of a folder', async () => {
  const outside = join(directory, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'f'), 'outside');
  const { identity } = (await new NodeFileSystem({ root: outside, marker, today: () => '' }).look('f')) ?? {};
  symlinkSync(outside, at('d'));
  write('mine', 'mine');
  const files = filesWith();
  const expected = new Map([['d/f', await look('d/f')]]);
  const mine = (await look('mine')).identity;
  if (identity === undefined) throw new Error('the file is there');
  expect(await publish(files, 'd/new')).toEqual({ kind: 'changed' });
  expect(await files.makeFolder('d/folder')).toEqual({ kind: 'changed' });
  expect(await files.trash({ path: 'd/f', expected })).toEqual({ kind: 'changed' });
  expect(await files.move({ from: 'mine', to: 'd/mine', identity: mine })).toEqual({ kind: 'changed' });
  expect(await files.setExecutable({ path: 'd/f', identity, executable: true })).toEqual({ kind: 'changed' });
  expect(readdirSync(outside)).toEqual(['f']);
  expect(read('mine')).toBe('mine');
});

/** Somebody moves a folder out of the synced one, and puts a link to its new place where it was. */
function moveOut(folder: string): void {
  renameSync(at(folder), join(directory, folder));
  symlinkSync(join(directory, folder), at(folder));
}

test('a file that is in a folder which was moved out of the synced one is not read, neither at once nor later', async () => {
  mkdirSync(at('d'));
  write('d/f', 'outside');
  const { identity } = await look('d/f');
  const files = filesWith();
  expect(files.readNow({ path: 'd/f', identity }, new Uint8Array(identity.size))).toMatchObject({ kind: 'read' });
  await Promise.resolve();
  moveOut('d');
  expect(files.readNow({ path: 'd/f', identity }, new Uint8Array(identity.size))).toEqual({ kind: 'changed' });
  expect(await files.read({ path: 'd/f', identity }, { start: 0, end: 7 })).toEqual({ kind: 'changed' });
});

test('what somebody moves out of the synced folder while its place in the trash is made stays there', async () => {
  mkdirSync(at('d'));
  write('d/f', 'mine');
  const expected = new Map([['d/f', await look('d/f')]]);
  const files = filesWith({
    mkdir: async (path, mode) => {
      await nodeDiskCalls.mkdir(path, mode);
      if (path.endsWith('/trash/2026-01-31/d')) moveOut('d');
    },
  });
  expect(await files.trash({ path: 'd/f', expected })).toEqual({ kind: 'changed' });
  expect(readFileSync(join(directory, 'd/f'), 'utf8')).toBe('mine');
});

test('what was done in a folder that somebody has moved out of the synced one since is told as changed', async () => {
  mkdirSync(at('d'));
  const files = filesWith({
    mkdir: async (path, mode) => {
      await nodeDiskCalls.mkdir(path, mode);
      moveOut('d');
    },
  });
  expect(await files.makeFolder('d/made')).toEqual({ kind: 'changed' });
});

test('only the folder with the marker of this device, folder and namespace is the linked one', async () => {
  expect(await filesWith().verifyRoot()).toBe('verified');
  for (const other of [
    { ...marker, folderId: 'another' },
    { ...marker, deviceId: DeviceId.parse(otherId) },
    { ...marker, namespaceId: NamespaceId.parse(otherId) },
  ]) {
    await writeRootMarker(root, other);
    expect(await filesWith().verifyRoot()).toBe('foreign');
  }
  rmSync(at('.syncline'), { recursive: true });
  expect(await filesWith().verifyRoot()).toBe('missing');
});

test('a folder of which the disk does not tell everything is not listed completely', async () => {
  write('f', 'f');
  write('g', 'g');
  const files = filesWith({
    lstatSync: (path) => {
      if (path === at('f')) throw Object.assign(new Error('EIO'), { code: 'EIO' });
      return nodeDiskCalls.lstatSync(path);
    },
  });
  const listing = await files.list('');
  expect(listing?.entries.map(({ name }) => name)).toEqual(['g']);
  expect(listing?.complete).toBe(false);
});

test('a folder is watched before it is listed', async () => {
  write('f', 'f');
  const told: string[] = [];
  const watcher: FolderWatcher = {
    cover: () => void told.push('watched'),
    keepOnly: () => undefined,
    drop: () => undefined,
    degraded: () => undefined,
    watches: () => 0,
    onHint: () => undefined,
    take: () => ({ everything: false, folders: new Set() }),
    isPartial: () => false,
    close: () => Promise.resolve(),
  };
  const files = filesWith(
    {
      readdirSync: (path) => {
        told.push('listed');
        return nodeDiskCalls.readdirSync(path);
      },
    },
    watcher,
  );
  await files.list('');
  expect(told).toEqual(['watched', 'listed']);
});
