import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { DiskCalls } from './disk-calls.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { openIgnoreFiles } from './open-ignore-files.ts';
import { listFolder, scanFolder } from './scan-folder.ts';

let root: string;
let reads: number;
let broken: boolean;
let disk: { readonly calls: DiskCalls; readonly ignores: ReturnType<typeof openIgnoreFiles> };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'syncline-ignored-'));
  reads = 0;
  broken = false;
  const calls: DiskCalls = {
    ...nodeDiskCalls,
    readFileSync(path, bytesMax) {
      reads += 1;
      if (broken) throw Object.assign(new Error('refused'), { code: 'EIO' });
      return nodeDiskCalls.readFileSync(path, bytesMax);
    },
  };
  disk = { calls, ignores: openIgnoreFiles(root, { calls, ignoreCase: false }) };
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Long enough for a file system's clock, and for its times to be trusted. */
function settle(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
}

function ignored(): readonly string[] {
  const entries = [...scanFolder(root, '', disk).folders.values()].flat();
  return entries
    .filter(({ obstacle }) => obstacle === 'ignored')
    .map(({ path }) => path)
    .toSorted();
}

test('what is ignored is an obstacle, what lies in it is not looked at, and the rules are a file like any other', () => {
  write('.synclineignore', 'node_modules/\n*.log');
  write('a/.synclineignore', '!keep.log');
  for (const path of ['node_modules/x/y', 'x.log', 'a/keep.log', 'a/other.log', '.DS_Store', 'plain']) write(path);
  symlinkSync('nowhere', join(root, 'link.log'));
  const { folders } = scanFolder(root, '', disk);
  expect(ignored()).toEqual(['.DS_Store', 'a/other.log', 'link.log', 'node_modules', 'x.log']);
  expect([...folders.keys()].toSorted()).toEqual(['', 'a']);
  const entries = [...folders.values()].flat();
  expect(entries.find(({ path }) => path === 'node_modules')?.kind).toBe('obstacle');
  expect(entries.find(({ path }) => path === 'a/.synclineignore')?.kind).toBe('file');
});

test('the rules of a folder are read only when their file has changed, and a change is told once', () => {
  write('a/.synclineignore', '*.log');
  write('a/x.log');
  settle();
  const list = () => listFolder(root, 'a', disk)?.rulesChanged;
  expect([list(), list(), reads]).toEqual([true, false, 1]);
  write('a/.synclineignore', '*.txt');
  settle();
  expect([list(), list(), reads]).toEqual([true, false, 2]);
  expect(ignored()).toEqual([]);
  rmSync(join(root, 'a/.synclineignore'));
  expect([list(), list()]).toEqual([true, false]);
});

test('a file that was written a moment ago is read again, because its times may not show another write', () => {
  write('.synclineignore', '*.log');
  write('x.log');
  expect(listFolder(root, '', disk)?.rulesChanged).toBe(true);
  expect(listFolder(root, '', disk)?.rulesChanged).toBe(false);
  expect(reads).toBe(2);
});

test('rules above hold where only a folder below is listed, and are told when theirs is', () => {
  write('.synclineignore', '*.log');
  write('a/b/x.log');
  settle();
  expect(listFolder(root, 'a/b', disk)?.entries.map(({ obstacle }) => obstacle)).toEqual(['ignored']);
  expect(listFolder(root, 'a', disk)?.rulesChanged).toBe(false);
  expect(listFolder(root, '', disk)?.rulesChanged).toBe(true);
  expect(listFolder(root, '', disk)?.rulesChanged).toBe(false);
});

test('rules that cannot be read stay as they were, and a link has none', () => {
  write('.synclineignore', '*.log');
  write('x.log');
  settle();
  expect(ignored()).toEqual(['x.log']);
  write('.synclineignore', '*.txt');
  broken = true;
  expect(ignored()).toEqual(['x.log']);
  broken = false;
  expect(ignored()).toEqual([]);
  renameSync(join(root, '.synclineignore'), join(root, 'rules'));
  symlinkSync('rules', join(root, '.synclineignore'));
  write('x.txt');
  expect(ignored()).toEqual([]);
});

test('a write that leaves size and time of the last write as they were is seen', () => {
  write('.synclineignore', '*.log');
  utimesSync(join(root, '.synclineignore'), 1, 1);
  write('x.txt');
  settle();
  expect(ignored()).toEqual([]);
  write('.synclineignore', '*.txt');
  utimesSync(join(root, '.synclineignore'), 1, 1);
  expect(ignored()).toEqual(['x.txt']);
});
