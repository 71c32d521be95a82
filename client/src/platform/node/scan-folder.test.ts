import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FILE_BYTES_MAX } from '@syncline/protocol';
import { sameState } from '../../engine/trees.ts';
import { identityOf, lookAt, scanFolder } from './scan-folder.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'syncline-scan-'));
});

afterEach(() => {
  // Paths can be longer than Node can name.
  execFileSync('rm', ['-rf', root]);
});

function scanned(): readonly string[] {
  const entries = [...scanFolder(root).folders.values()].flat();
  return entries.map((entry) => `${entry.path} ${entry.obstacle ?? entry.kind}`).toSorted((a, b) => (a < b ? -1 : 1));
}

test('files, folders and their names are told as they are; the engine keeps its own folder to itself', () => {
  mkdirSync(join(root, '.syncline'));
  mkdirSync(join(root, 'd', '.syncline'), { recursive: true });
  for (const name of ['cafe\u0301', 'caf\u00e9', '\u{1F600}', 'n'.repeat(255)]) writeFileSync(join(root, name), name);
  expect(scanned()).toEqual(
    [
      'caf\u00e9 file',
      'cafe\u0301 file',
      'd folder',
      'd/.syncline folder',
      `${'n'.repeat(255)} file`,
      '\u{1F600} file',
    ].toSorted((a, b) => (a < b ? -1 : 1)),
  );
});

test('links, sockets and names that are no UTF-8 are obstacles; a real U+FFFD in a name is none', async () => {
  symlinkSync('/', join(root, 'link'));
  symlinkSync('nowhere', join(root, 'dangling'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  const server = createServer().listen(join(root, 'socket'));
  await new Promise((resolve) => void server.once('listening', resolve));
  writeFileSync(Buffer.concat([Buffer.from(join(root, 'x')), Buffer.from([0xff])]), '');
  writeFileSync(join(root, 'y\uFFFD'), '');
  const found = scanned();
  server.close();
  expect(found).toEqual([
    'dangling symlink',
    'link symlink',
    'pipe special-file',
    'socket special-file',
    'x\uFFFD name-not-utf8',
    'y\uFFFD file',
  ]);
});

test('a file of the largest size is one, and a file of a byte more is an obstacle', () => {
  for (const [name, size] of [
    ['largest', FILE_BYTES_MAX],
    ['larger', FILE_BYTES_MAX + 1],
  ] as const) {
    writeFileSync(join(root, name), '');
    truncateSync(join(root, name), size);
  }
  expect(scanned()).toEqual(['larger too-large', 'largest file']);
});

test('a folder that cannot be listed says so, and its neighbours are listed', () => {
  // Two long paths, one put into the other: longer than the system can name, for every user.
  const names = Array.from({ length: 12 }, () => 'n'.repeat(200));
  mkdirSync(join(root, 'a', ...names), { recursive: true });
  mkdirSync(join(root, 'b', ...names), { recursive: true });
  renameSync(join(root, 'b'), join(root, 'a', ...names, 'b'));
  writeFileSync(join(root, 'neighbour'), '');
  const { folders, rootListed } = scanFolder(root);
  const entries = [...folders.values()].flat();
  expect(rootListed).toBe(true);
  expect(entries.filter((entry) => !entry.listed)).toHaveLength(1);
  expect(entries.some((entry) => entry.path === 'neighbour')).toBe(true);
});

test('a root that is not there is not an empty one', () => {
  rmSync(root, { recursive: true });
  expect(scanFolder(root)).toMatchObject({ rootListed: false });
});

test('every write, rename and change of links makes another state', () => {
  const file = join(root, 'f');
  writeFileSync(file, 'one');
  const states = [() => undefined, () => linkSync(file, join(root, 'g')), () => writeFileSync(file, 'two')].map(
    (change) => {
      // Times are kept in ticks of some milliseconds.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      change();
      const looked = lookAt(root, 'f');
      if (looked.kind !== 'entry') throw new Error('the file is there');
      return looked.entry.identity;
    },
  );
  const [first, linked, written] = states;
  if (first === undefined || linked === undefined || written === undefined) throw new Error('there are three states');
  expect(sameState(first, first)).toBe(true);
  expect(sameState(first, linked)).toBe(false);
  expect(sameState(linked, written)).toBe(false);
});

test('times that are further away than a database can store are the nearest that it can', () => {
  const file = join(root, 'file');
  writeFileSync(file, '');
  const stat = statSync(file, { bigint: true });
  const [earliest, latest] = [-(2n ** 63n), 2n ** 63n - 1n];
  const far = { ...stat, isFile: () => true, isDirectory: () => false, isSymbolicLink: () => false };
  expect(identityOf({ ...far, mtimeNs: latest + 1n, birthtimeNs: earliest - 1n, ctimeNs: 2n ** 80n })).toMatchObject({
    mtimeNs: latest,
    birthNs: earliest,
    ctimeNs: latest,
  });
  expect(identityOf({ ...far, mtimeNs: latest, birthtimeNs: earliest })).toMatchObject({
    mtimeNs: latest,
    birthNs: earliest,
  });
});
