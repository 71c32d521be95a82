import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { epochMs, HOUR_MS, MINUTE_MS, type Node } from '@syncline/protocol';
import { FolderNames } from '../../admin/export-folder.ts';
import { type ExportOptions, exportNamespace } from '../../admin/export-namespace.ts';
import { localNames } from '../../client/src/engine/local-names.ts';
import { AuditedWorld } from '../support/audited-world.ts';
import { chunkOf, type Member, textBytes } from '../support/in-memory-member.ts';
import { storePack } from '../support/in-memory-pack.ts';

let world: AuditedWorld;
let ann: Member;
let file: Node;
let to: string;

beforeEach(async () => {
  to = mkdtempSync(path.join(tmpdir(), 'export-'));
  world = new AuditedWorld();
  ann = await world.person('ann');
  ({ node: file } = await world.put(ann, { name: 'file', text: 'one', executable: true }));
  const folder = await world.mkdir(ann, 'folder');
  await world.put(ann, { name: 'inner', text: 'inside', parentId: folder.nodeId });
  await world.mkdir(ann, 'empty');
  const packed = ['packed '.repeat(50), 'also packed '.repeat(50)];
  await storePack(world.service, ann, packed.map(textBytes));
  for (const text of packed) await world.put(ann, { name: text.slice(0, 6), text });
});

afterEach(() => rmSync(to, { recursive: true, force: true }));

async function run(options: Partial<ExportOptions> = {}) {
  const lost: string[] = [];
  const counts = await exportNamespace(world.audit(), {
    namespaceId: ann.namespaceId,
    to,
    withTrash: false,
    ...options,
    tell: (where, why) => lost.push(`${where}: ${why}`),
  });
  return { counts, lost };
}

/** Files by their paths, without what is no file of the namespace. */
function written(below = to): Readonly<Record<string, string>> {
  const entries = readdirSync(below, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const own = files.filter((name) => !path.relative(below, name).startsWith('.syncline'));
  return Object.fromEntries(own.map((name) => [path.relative(below, name), readFileSync(name, 'utf8')]));
}

test('every file is written with its bytes, its time and its mode, packed or not', async () => {
  const { counts, lost } = await run();
  expect(lost).toEqual([]);
  expect(counts).toMatchObject({ files: 4, there: 0, lost: 0, folders: 3 });
  expect(written()).toEqual({
    file: 'one',
    'folder/inner': 'inside',
    packed: 'packed '.repeat(50),
    'also p': 'also packed '.repeat(50),
  });
  expect(readdirSync(to)).toContain('empty');
  const { mtimeMs, mode } = statSync(path.join(to, 'file'));
  expect(mtimeMs).toBe(Date.parse(file.modifiedAt));
  expect(mode & 0o111).not.toBe(0);
});

test('a repeat goes on: what is there stays, and what was cut off or has changed is written', async () => {
  await run();
  rmSync(path.join(to, 'folder'), { recursive: true });
  world.clock.advance(MINUTE_MS);
  await world.put(ann, { name: 'file', text: 'two', nodeId: file.nodeId, baseRev: 1 });
  const { counts } = await run();
  expect(counts).toMatchObject({ files: 4, there: 2 });
  expect(written()).toMatchObject({ file: 'two', 'folder/inner': 'inside' });
});

test('it is as it was at a time, whatever was changed, moved, deleted and made since', async () => {
  world.clock.advance(HOUR_MS);
  const at = epochMs(world.clock.now() - MINUTE_MS);
  await world.put(ann, { name: 'file', text: 'two', nodeId: file.nodeId, baseRev: 1 });
  await world.put(ann, { name: 'new', text: 'new' });
  const { nodes } = await world.call(ann, 'listTree', { query: {} });
  const idOf = (name: string) => nodes.find((node) => node.name === name);
  const folder = idOf('folder');
  const packed = idOf('packed');
  if (folder === undefined || packed === undefined) throw new Error('they were made');
  const { nodeId } = packed;
  await world.must(ann, { type: 'move', nodeId, baseRev: 1, parentId: folder.nodeId, name: 'moved' });
  const baseSeq = await world.seqOf(ann.namespaceId);
  await world.must(ann, { type: 'delete', nodeId: folder.nodeId, baseRev: folder.rev, baseSeq });
  const { lost } = await run({ at });
  expect(lost).toEqual([]);
  expect(written()).toEqual({
    file: 'one',
    'folder/inner': 'inside',
    packed: 'packed '.repeat(50),
    'also p': 'also packed '.repeat(50),
  });
});

test('what lies in the trash is written apart, by its deletions', async () => {
  const { nodes } = await world.call(ann, 'listTree', { query: {} });
  const folder = nodes.find(({ name }) => name === 'folder');
  if (folder === undefined) throw new Error('it was made');
  const baseSeq = await world.seqOf(ann.namespaceId);
  await world.must(ann, { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq });
  await run({ withTrash: true });
  expect(written()).not.toHaveProperty('folder/inner');
  const trash = written(path.join(to, '.syncline', 'trash'));
  expect(Object.entries(trash)).toEqual([[expect.stringMatching(/\/folder\/inner$/), 'inside']]);
});

test('a file whose bytes are damaged or gone is told, and nothing appears under its name', async () => {
  world.flip(`chunks/shared/${chunkOf(textBytes('one')).hash}`);
  world.service.stores.objects.sweep(`chunks/shared/${chunkOf(textBytes('inside')).hash}`);
  const { counts, lost } = await run();
  expect(counts).toMatchObject({ files: 2, lost: 2 });
  expect(lost.toSorted()).toEqual([
    expect.stringMatching(/^\/file: the bytes of the chunk .* are damaged$/),
    expect.stringMatching(/^\/folder\/inner: the object .* is gone$/),
  ]);
  expect(Object.keys(written()).toSorted()).toEqual(['also p', 'packed']);
});

test('a folder that is not empty is refused, and so is one in which another export was begun', async () => {
  writeFileSync(path.join(to, 'precious'), 'mine');
  await expect(run()).rejects.toThrow(/is not empty/);
  expect(written()).toEqual({ precious: 'mine' });
  rmSync(path.join(to, 'precious'));
  await run();
  await expect(run({ withTrash: true })).rejects.toThrow(/another export was begun/);
});

test('names that a disk cannot hold, or not beside each other, get names of their own', () => {
  const names = new FolderNames(localNames('windows', { foldsCase: true }), ['.syncline']);
  const given = ['con', 'what?', 'Note', 'note', '.syncline'].map((name) => names.take(name));
  expect(given).toEqual(['\u201bcon', 'what\u201b\uff1f', 'Note', 'note\u201b1', '.syncline\u201b1']);
});
