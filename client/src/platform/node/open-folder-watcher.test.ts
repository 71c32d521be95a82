import { EventEmitter } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceId, encodeUlid, NamespaceId } from '@syncline/protocol';
import type { FolderWatcher, SetWatch } from './folder-watcher.ts';
import { TOUCHED_FOLDERS_MAX, TREE_REOPENS_MAX } from './limits.ts';
import { NodeFileSystem } from './node-file-system.ts';
import { openFolderWatcher } from './open-folder-watcher.ts';

let root: string;
let open: FolderWatcher[];

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'syncline-watcher-')));
  open = [];
});

afterEach(async () => {
  await Promise.all(open.map((watcher) => watcher.close()));
  rmSync(root, { recursive: true, force: true });
});

function start(options: { platform?: NodeJS.Platform; setWatch?: SetWatch } = {}): FolderWatcher {
  const watcher = openFolderWatcher({ root, platform: 'linux', ...options });
  open.push(watcher);
  return watcher;
}

const make = (path: string) => mkdirSync(join(root, path), { recursive: true });
const write = (path: string) => writeFileSync(join(root, path), path);

/** Events that were queued before have arrived after two turns of the loop. */
async function arrive(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => void setImmediate(resolve));
}

async function touched(watcher: FolderWatcher): Promise<readonly string[]> {
  await arrive();
  const { everything, folders } = watcher.take();
  expect(everything).toBe(false);
  return [...folders].toSorted();
}

function filesOf(watcher: FolderWatcher): NodeFileSystem {
  const id = encodeUlid(new Uint8Array(16));
  const marker = { folderId: 'f', deviceId: DeviceId.parse(id), namespaceId: NamespaceId.parse(id) };
  return new NodeFileSystem({ root, marker, today: () => '2026-01-31', watcher });
}

/** Watches that are set by the test: what they tell, and whether they can be set. */
function fakeWatches() {
  const set: { directory: string; tell(type: string, name: string | null): void; emitter: EventEmitter }[] = [];
  const state = { refusal: undefined as string | undefined, closed: 0 };
  const setWatch: SetWatch = (directory, _options, onEvent) => {
    if (state.refusal !== undefined) throw Object.assign(new Error(state.refusal), { code: state.refusal });
    const emitter = new EventEmitter();
    set.push({ directory, tell: onEvent, emitter });
    return Object.assign(emitter, { close: () => void (state.closed += 1) }) as never;
  };
  return { set, state, setWatch };
}

describe('a watcher of each folder', () => {
  test('tells the folder of what was made, written, renamed, removed or given other permissions, and no other', async () => {
    for (const folder of ['a', 'b', 'a/deep']) make(folder);
    write('a/file');
    const watcher = start();
    for (const folder of ['', 'a', 'b', 'a/deep']) watcher.cover(folder);
    expect(watcher.watches()).toBe(4);
    write('a/deep/new');
    expect(await touched(watcher)).toEqual(['a/deep']);
    write('a/file');
    expect(await touched(watcher)).toEqual(['a']);
    chmodSync(join(root, 'a/file'), 0o700);
    expect(await touched(watcher)).toEqual(['a']);
    renameSync(join(root, 'a/file'), join(root, 'b/file'));
    expect(await touched(watcher)).toEqual(['a', 'b']);
    rmSync(join(root, 'b/file'));
    expect(await touched(watcher)).toEqual(['b']);
    expect(await touched(watcher)).toEqual([]);
  });

  test('calls back once for all that comes before it is taken', async () => {
    const watcher = start();
    watcher.cover('');
    let calls = 0;
    watcher.onHint(() => void (calls += 1));
    for (const name of ['a', 'b', 'c']) write(name);
    await arrive();
    expect(calls).toBe(1);
    expect(await touched(watcher)).toEqual(['']);
    write('d');
    await arrive();
    expect(calls).toBe(2);
    watcher.onHint(() => void (calls += 10));
    expect(calls).toBe(12);
  });

  test('is silent about the engine’s own folder in the root, and about no other of that name', async () => {
    make('.syncline/staging');
    make('a/.syncline');
    const watcher = start();
    for (const folder of ['', '.syncline', '.syncline/staging', 'a', 'a/.syncline']) watcher.cover(folder);
    expect(watcher.watches()).toBe(3);
    write('.syncline/staging/file');
    renameSync(join(root, '.syncline'), join(root, '.syncline-aside'));
    expect(await touched(watcher)).toEqual(['']);
    renameSync(join(root, '.syncline-aside'), join(root, '.syncline'));
    await touched(watcher);
    chmodSync(join(root, '.syncline'), 0o700);
    expect(await touched(watcher)).toEqual([]);
    write('a/.syncline/file');
    expect(await touched(watcher)).toEqual(['a/.syncline']);
  });

  test('tells of a renamed folder under its new path when its parent and itself were listed again', async () => {
    make('a/deep');
    const watcher = start();
    const files = filesOf(watcher);
    for (const folder of ['', 'a', 'a/deep']) await files.list(folder);
    renameSync(join(root, 'a'), join(root, 'b'));
    expect(await touched(watcher)).toEqual(['', 'a']);
    for (const folder of ['', 'b', 'b/deep']) await files.list(folder);
    expect(watcher.watches()).toBe(3);
    write('b/deep/file');
    expect(await touched(watcher)).toEqual(['b/deep']);
  });

  test('gives up the watches of what a listing does not show, and no link is followed', async () => {
    make('a/deep');
    make('outside');
    const watcher = start();
    const files = filesOf(watcher);
    for (const folder of ['', 'a', 'a/deep', 'outside']) await files.list(folder);
    renameSync(join(root, 'a'), join(root, 'outside', 'a'));
    symlinkSync(join(root, 'outside'), join(root, 'a'));
    await files.list('');
    expect(watcher.watches()).toBe(2);
    for (const folder of ['a', 'a/a']) expect(await files.list(folder)).toBeUndefined();
    expect(watcher.watches()).toBe(2);
  });

  test('asks for a folder that was elsewhere when it was to be listed, with all below, once its parent shows it again', async () => {
    make('a/deep/est');
    make('a/other');
    const watcher = start();
    const files = filesOf(watcher);
    for (const folder of ['', 'a', 'a/deep', 'a/deep/est', 'a/other']) await files.list(folder);
    renameSync(join(root, 'a'), join(root, 'b'));
    expect(await files.list('a/deep')).toBeUndefined();
    write('b/deep/est/file');
    renameSync(join(root, 'b'), join(root, 'a'));
    await touched(watcher);
    await files.list('');
    await files.list('a');
    expect(await touched(watcher)).toEqual(['a/deep', 'a/deep/est']);
    for (const folder of ['a/deep', 'a/deep/est']) await files.list(folder);
    write('a/deep/est/later');
    expect(await touched(watcher)).toEqual(['a/deep/est']);
  });

  test('forgets a folder that was missing when its parent does not show it', async () => {
    make('a/deep');
    const watcher = start();
    const files = filesOf(watcher);
    for (const folder of ['', 'a', 'a/deep']) await files.list(folder);
    renameSync(join(root, 'a', 'deep'), join(root, 'a', 'gone'));
    expect(await files.list('a/deep')).toBeUndefined();
    await files.list('a');
    renameSync(join(root, 'a', 'gone'), join(root, 'a', 'deep'));
    await touched(watcher);
    await files.list('a');
    expect(await touched(watcher)).toEqual([]);
  });

  test('asks for the folders below one that was replaced to be listed again', async () => {
    for (const folder of ['a/deep/est', 'c/deep/est']) make(folder);
    const watcher = start();
    for (const folder of ['', 'a', 'a/deep', 'a/deep/est']) watcher.cover(folder);
    renameSync(join(root, 'a'), join(root, 'b'));
    renameSync(join(root, 'c'), join(root, 'a'));
    await touched(watcher);
    watcher.cover('a');
    expect(await touched(watcher)).toEqual(['a/deep', 'a/deep/est']);
    expect(watcher.watches()).toBe(2);
  });

  test('an event without a name, and a watch that fails, are everything', () => {
    const { set, setWatch } = fakeWatches();
    const watcher = start({ setWatch });
    watcher.cover('');
    set[0]?.tell('change', null);
    expect(watcher.take().everything).toBe(true);
    watcher.cover('');
    set[1]?.emitter.emit('error', new Error('gone'));
    expect(watcher.take().everything).toBe(true);
    expect([watcher.watches(), watcher.degraded()]).toEqual([0, 'refused']);
    watcher.cover('');
    expect([watcher.watches(), watcher.degraded()]).toEqual([1, undefined]);
  });

  test.each([
    ['ENOSPC', 'watch-limit'],
    ['EMFILE', 'instance-limit'],
    ['EIO', 'refused'],
    ['EACCES', undefined],
    ['ENOENT', undefined],
  ])('says why it does not watch a folder when the system answers %s, until it can', (refusal, lack) => {
    const { set, state, setWatch } = fakeWatches();
    make('a');
    const watcher = start({ setWatch });
    watcher.cover('');
    state.refusal = refusal;
    watcher.cover('a');
    expect([watcher.watches(), watcher.degraded(), watcher.take().everything]).toEqual([1, lack, false]);
    // Its parent's watch tells of what happens to the folder itself.
    set[0]?.tell('change', 'a');
    expect(watcher.take().folders.has('a')).toBe(refusal !== 'ENOENT');
    state.refusal = undefined;
    watcher.cover('a');
    expect([watcher.watches(), watcher.degraded()]).toEqual([2, undefined]);
  });

  test('sets a watch anew after names came or went, as it may have ended, and the old one is closed', async () => {
    const { set, state, setWatch } = fakeWatches();
    const watcher = start({ setWatch });
    watcher.cover('');
    set[0]?.tell('change', 'file');
    watcher.cover('');
    expect(set).toHaveLength(1);
    set[0]?.tell('rename', 'file');
    watcher.cover('');
    expect([set.length, watcher.watches(), state.closed]).toEqual([2, 1, 0]);
    await arrive();
    expect(state.closed).toBe(1);
    watcher.take();
    set[0]?.tell('change', 'file');
    expect(await touched(watcher)).toEqual([]);
  });

  test('is silent and holds nothing when it was closed', async () => {
    const watcher = start();
    watcher.cover('');
    let calls = 0;
    watcher.onHint(() => void (calls += 1));
    write('before');
    await watcher.close();
    write('after');
    await arrive();
    watcher.cover('');
    expect([calls, watcher.watches()]).toEqual([0, 0]);
    expect(watcher.take()).toEqual({ everything: false, folders: new Set() });
  });
});

describe('a watcher of a whole tree', () => {
  test('tells the folder of what an event names, and a folder that came itself', async () => {
    const { set, setWatch } = fakeWatches();
    make('a/came');
    const watcher = start({ platform: 'win32', setWatch });
    set[0]?.tell('change', 'a\\b\\file');
    set[0]?.tell('rename', 'a\\came');
    set[0]?.tell('rename', '.syncline\\staging\\file');
    set[0]?.tell('change', '.syncline');
    expect(await touched(watcher)).toEqual(['a', 'a/b', 'a/came']);
    set[0]?.tell('change', null);
    expect(watcher.take().everything).toBe(true);
  });

  test('tells more touched folders than it can tell apart as everything', () => {
    const { set, setWatch } = fakeWatches();
    const watcher = start({ platform: 'win32', setWatch });
    let calls = 0;
    watcher.onHint(() => void (calls += 1));
    const touch = (count: number) => {
      for (let index = 0; index < count; index++) set[0]?.tell('change', `${index}\\file`);
      const { everything, folders } = watcher.take();
      return [everything, folders.size];
    };
    expect(touch(TOUCHED_FOLDERS_MAX)).toEqual([false, TOUCHED_FOLDERS_MAX]);
    expect(touch(TOUCHED_FOLDERS_MAX + 1)).toEqual([true, 0]);
    expect(touch(0)).toEqual([false, 0]);
    expect(calls).toBe(2);
  });

  test('holds one watch, which the listing of another root sets anew', () => {
    const { set, setWatch, state } = fakeWatches();
    make('a');
    const watcher = start({ platform: 'win32', setWatch });
    for (const folder of ['', 'a']) watcher.cover(folder);
    expect([set.length, watcher.watches()]).toEqual([1, 1]);
    renameSync(root, `${root}-aside`);
    mkdirSync(root);
    watcher.cover('');
    rmSync(`${root}-aside`, { recursive: true });
    expect([set.length, watcher.watches(), state.closed]).toEqual([2, 1, 1]);
  });

  test('that fails is everything, and after a number of failures it is not set any more', () => {
    const { set, setWatch } = fakeWatches();
    const watcher = start({ platform: 'darwin', setWatch });
    for (let round = 0; round < TREE_REOPENS_MAX + 3; round++) {
      set[round]?.emitter.emit('error', new Error('no'));
      if (round <= TREE_REOPENS_MAX) expect(watcher.take().everything).toBe(true);
      watcher.cover('');
    }
    expect([set.length, watcher.watches(), watcher.degraded()]).toEqual([TREE_REOPENS_MAX + 2, 0, 'refused']);
  });

  test('tells of changes through the watch of Node itself', async () => {
    make('a');
    const watcher = start({ platform: 'win32', setWatch: watch });
    const hint = new Promise<void>((resolve) => {
      watcher.onHint(resolve);
    });
    write('a/file');
    await hint;
    expect(watcher.take().folders.has('a')).toBe(true);
  });
});
