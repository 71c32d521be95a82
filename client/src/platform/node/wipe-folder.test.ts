import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ContentHash, NodeId } from '@syncline/protocol';
import type { SyncedNode } from '../../engine/trees.ts';
import type { DiskCalls } from './disk-calls.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { lookAt, scanFolder } from './scan-folder.ts';
import { wipeFolder } from './wipe-folder.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'syncline-wipe-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** What both sides agreed on, as the disk has it now. */
function agreeOn(...paths: readonly string[]): readonly SyncedNode[] {
  return paths.map((path, index) => {
    const looked = lookAt(root, path);
    if (looked.kind !== 'entry') throw new Error(`${path} is there`);
    const { kind, identity, name, executable } = looked.entry;
    const nodeId = NodeId.parse(`0000000000000000000000000${index}`);
    const contentHash = kind === 'file' ? ContentHash.parse('a'.repeat(64)) : undefined;
    const revisions = { rev: 1, contentRev: 1, size: identity.size };
    return { nodeId, parentId: nodeId, name, kind: kind as 'file', ...revisions, contentHash, executable, identity };
  });
}

/** Three files that were sent, one of which was written to since, one that never was, and folders. */
function makeFiles(): readonly SyncedNode[] {
  mkdirSync(join(root, 'folder', 'below'), { recursive: true });
  for (const path of ['sent', 'folder/sent', 'folder/edited']) writeFileSync(join(root, path), path);
  const agreed = agreeOn('sent', 'folder', 'folder/below', 'folder/sent', 'folder/edited');
  appendFileSync(join(root, 'folder/edited'), ' and more');
  writeFileSync(join(root, 'folder/below/new'), 'new');
  return agreed;
}

/** Contents of everything that lies anywhere below the root. */
function contents(): readonly string[] {
  const all = [...scanFolder(root).folders.values(), ...scanFolder(join(root, '.syncline')).folders.values()].flat();
  const files = all.filter(({ kind }) => kind === 'file');
  return files.map(({ path }) => {
    const isInside = lookAt(root, path).kind === 'entry';
    return readFileSync(join(root, isInside ? '' : '.syncline', path), 'utf8');
  });
}

/** The system's calls, of which those that change something go through a gate. */
function gatedCalls(gate: (call: 'link' | 'rename' | 'unlink', path: string) => void): DiskCalls {
  return {
    ...nodeDiskCalls,
    renameSync: (from, to) => {
      gate('rename', to);
      nodeDiskCalls.renameSync(from, to);
    },
    link: (from, to) => {
      gate('link', to);
      return nodeDiskCalls.link(from, to);
    },
    unlinkSync: (path) => {
      gate('unlink', path);
      nodeDiskCalls.unlinkSync(path);
    },
  };
}

test('only what is exactly as it was sent goes, and folders in which nothing is left', async () => {
  const wiped = await wipeFolder(root, makeFiles());
  expect(wiped).toEqual({ removedFiles: 2, kept: ['folder/below/new', 'folder/edited'] });
  expect(contents().toSorted()).toEqual(['folder/edited and more', 'new']);
});

test('what a sync that was killed has left aside is looked at under its name', async () => {
  mkdirSync(join(root, 'folder'));
  for (const path of ['sent', 'folder/edited']) writeFileSync(join(root, path), path);
  const agreed = agreeOn('sent', 'folder/edited');
  appendFileSync(join(root, 'folder/edited'), ' and more');
  mkdirSync(join(root, '.syncline/aside'), { recursive: true });
  renameSync(join(root, 'folder/edited'), join(root, '.syncline/aside/1-folder%2Fedited'));
  expect(await wipeFolder(root, agreed)).toEqual({ removedFiles: 1, kept: ['folder/edited'] });
  expect(readFileSync(join(root, 'folder/edited'), 'utf8')).toBe('folder/edited and more');
});

test('a folder that was never sent stays, empty as it is', async () => {
  mkdirSync(join(root, 'sent'));
  mkdirSync(join(root, 'never sent'));
  await wipeFolder(root, agreeOn('sent'));
  expect(
    scanFolder(root)
      .folders.get('')
      ?.map(({ name }) => name),
  ).toEqual(['never sent']);
});

test('killed before any of its calls, it loses nothing that was not sent, and a repeat brings it to its end', async () => {
  for (let kill = 1; ; kill++) {
    const agreed = makeFiles();
    let calls = 0;
    const dying = gatedCalls(() => {
      calls += 1;
      if (calls === kill) throw new TypeError('killed');
    });
    const isKilled = await wipeFolder(root, agreed, dying).then(
      () => false,
      () => true,
    );
    expect(contents()).toEqual(expect.arrayContaining(['folder/edited and more', 'new']));
    const { kept } = await wipeFolder(root, agreed);
    expect(kept).toEqual(['folder/below/new', 'folder/edited']);
    expect(contents().toSorted()).toEqual(['folder/edited and more', 'new']);
    rmSync(root, { recursive: true });
    mkdirSync(root);
    if (!isKilled) return expect(kill).toBeGreaterThan(4);
  }
});

test('what somebody writes between the last look at a file and its removal comes back to its place', async () => {
  const agreed = makeFiles();
  const calls = gatedCalls(() => undefined);
  const writing: DiskCalls = {
    ...calls,
    renameSync: (from, to) => {
      calls.renameSync(from, to);
      if (from === join(root, 'sent')) appendFileSync(to, ' and written to');
    },
  };
  expect(await wipeFolder(root, agreed, writing)).toMatchObject({ removedFiles: 1 });
  expect(readFileSync(join(root, 'sent'), 'utf8')).toBe('sent and written to');
});

test('and where another file has come to its place meanwhile, both stay', async () => {
  const agreed = makeFiles();
  const calls = gatedCalls(() => undefined);
  const writing: DiskCalls = {
    ...calls,
    renameSync: (from, to) => {
      calls.renameSync(from, to);
      if (from !== join(root, 'sent')) return;
      appendFileSync(to, ' and written to');
      writeFileSync(from, 'another');
    },
  };
  const { kept } = await wipeFolder(root, agreed, writing);
  expect(kept.some((path) => path.startsWith('.syncline/wiped/'))).toBe(true);
  expect(contents()).toEqual(expect.arrayContaining(['another', 'sent and written to']));
});

test('a file that was written to while it lay aside, when the process was killed, is not removed later', async () => {
  const agreed = makeFiles();
  const dying: DiskCalls = {
    ...nodeDiskCalls,
    renameSync: (from, to) => {
      nodeDiskCalls.renameSync(from, to);
      if (from !== join(root, 'sent')) return;
      appendFileSync(to, ' and written to');
      throw new TypeError('killed');
    },
  };
  await expect(wipeFolder(root, agreed, dying)).rejects.toThrow('killed');
  const { kept } = await wipeFolder(root, agreed);
  expect(kept).toHaveLength(3);
  expect(contents()).toContain('sent and written to');
});
