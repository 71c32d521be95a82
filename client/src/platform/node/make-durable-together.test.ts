import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DeviceId, NamespaceId } from '@syncline/protocol';
import type { StagedContent } from '../../engine/ports.ts';
import type { DiskCalls, DiskHandle } from './disk-calls.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { NodeFileSystem } from './node-file-system.ts';
import { writeRootMarker } from './root-marker.ts';

const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const marker = { folderId: 'folder', deviceId: DeviceId.parse(id), namespaceId: NamespaceId.parse(id) };
const FILES = ['a', 'b', 'c'];
const MODIFIED_MS = Date.UTC(2020, 1, 2);

let root: string;
/** What was made durable, in this order: files by their names, all together as `all`. */
let turns: string[];

beforeEach(async () => {
  root = join(realpathSync(mkdtempSync(join(tmpdir(), 'syncline-together-'))), 'root');
  mkdirSync(root);
  await writeRootMarker(root, marker);
  turns = [];
});
afterEach(() => rmSync(join(root, '..'), { recursive: true, force: true }));

function filesWith(syncFileSystem: DiskCalls['syncFileSystem'], more: { readonly togetherMin?: number } = {}) {
  const open: DiskCalls['open'] = async (path, flags, mode) => {
    const handle: DiskHandle = await nodeDiskCalls.open(path, flags, mode);
    const name = path.split('/').at(-1) ?? '';
    const sync = async (): Promise<void> => {
      turns.push(name);
      await handle.sync();
    };
    return { ...handle, sync };
  };
  const calls = { ...nodeDiskCalls, open, ...(syncFileSystem === undefined ? {} : { syncFileSystem }) };
  return new NodeFileSystem({ root, marker, today: () => '2026-01-31', calls, ...more });
}

async function stage(files: NodeFileSystem, name: string): Promise<StagedContent> {
  const staged = await files.stage({ key: name, size: name.length });
  await staged.write(0, Buffer.from(name));
  return staged;
}

/** Fetches the files, and puts them in their places; `between` happens when they count as durable. */
async function place(files: NodeFileSystem, between?: (staged: readonly StagedContent[]) => Promise<void>) {
  const group = await Promise.all(FILES.map((name) => stage(files, name)));
  const attributes = { executable: true, modifiedAtMs: MODIFIED_MS };
  await files.makeDurable(group.map((staged) => ({ staged, ...attributes })));
  await between?.(group);
  for (const [index, staged] of group.entries()) {
    const path = FILES[index] ?? '';
    expect(await files.publish({ staged, path, replaces: undefined, ...attributes })).toMatchObject({ kind: 'done' });
  }
}

const together = async (): Promise<boolean> => {
  const times = FILES.map((name) => statSync(join(root, '.syncline/staging', name)));
  turns.push(times.every(({ mtimeMs, mode }) => mtimeMs === MODIFIED_MS && (mode & 0o100) !== 0) ? 'all' : 'too early');
  return true;
};

test('files that were made durable together have their times and permissions, and cost one turn of the disk', async () => {
  await place(filesWith(together, { togetherMin: 3 }));
  expect(turns).toEqual(['all']);
  for (const name of FILES) expect(readFileSync(join(root, name), 'utf8')).toBe(name);
});

test.each([
  { what: 'its file system does not say so', sync: async () => false },
  {
    what: 'its file system refuses it',
    sync: () => Promise.reject(Object.assign(new Error('a defective disk'), { code: 'EIO' })),
  },
])('what was not made durable together is made durable by itself: $what', async ({ sync }) => {
  await place(filesWith(sync, { togetherMin: 3 }));
  expect(turns).toEqual(FILES);
});

test('few files are made durable by themselves', async () => {
  await place(filesWith(together));
  expect(turns).toEqual(FILES);
});

test('what was written to since is made durable again', async () => {
  await place(filesWith(together, { togetherMin: 3 }), async ([, second]) => second?.write(0, Buffer.from('b')));
  expect(turns).toEqual(['all', 'b']);
});
