import { deepStrictEqual } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NamespaceId } from '@syncline/protocol';
import type { FolderWatcher } from '../../client/src/platform/node/folder-watcher.ts';
import { NodeFileSystem } from '../../client/src/platform/node/node-file-system.ts';
import { openFolderWatcher } from '../../client/src/platform/node/open-folder-watcher.ts';
import { HintFollower } from './hint-follower.ts';
import { modelDevice } from './model-service.ts';

const run = promisify(execFile);

/** Looks at the disk before a picture that still differs from it counts as wrong. Each waits a little longer than the last. */
const LOOKS_MAX = 60;

/** A folder on a real disk, its watcher, and somebody who follows what it tells. */
export interface WatchedWorld {
  readonly root: string;
  readonly watcher: FolderWatcher;
  readonly files: NodeFileSystem;
  readonly follower: HintFollower;
}

/** Runs a story in a new folder, which is gone afterwards. */
export async function withWatchedWorld(
  options: { readonly comparesObjects: boolean },
  story: (world: WatchedWorld) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'syncline-watch-'));
  const watcher = openFolderWatcher({ root });
  const marker = { folderId: 'f', deviceId: modelDevice(1).deviceId, namespaceId: NamespaceId.parse('0'.repeat(26)) };
  const files = new NodeFileSystem({ root, marker, today: () => '2026-01-31', watcher });
  try {
    await story({ root, watcher, files, follower: new HintFollower({ watcher, files, ...options }) });
  } finally {
    await watcher.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** Turns of the event loop, in which events arrive. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => void setImmediate(resolve));
}

/** Follows hints until the picture is the disk. @throws AssertionError that says what was not seen. */
export async function settle({ root, follower }: WatchedWorld): Promise<void> {
  let differences: readonly string[] = [];
  for (let look = 0; look < LOOKS_MAX; look++) {
    await turns(3);
    while (await follower.step()) await turns(1);
    differences = follower.differences(root);
    if (differences.length === 0) return;
    await new Promise((resolve) => void setTimeout(resolve, look));
  }
  deepStrictEqual(differences, []);
}

/**
 * Runs a script in another process, in the folder, while hints are followed in this one. The script knows `node:fs`, and
 * `fill(top, mark)`, which writes 2,000 files in 200 nested folders.
 */
export async function meanwhile(world: WatchedWorld, script: string): Promise<void> {
  const stop = new AbortController();
  const child = run(process.execPath, ['--input-type=module', '-e', `${PREAMBLE}\n${script}`, world.root]);
  const following = follow(world, stop.signal);
  try {
    await child;
  } finally {
    stop.abort();
    await following;
  }
}

async function follow({ follower }: WatchedWorld, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const didList = await follower.step();
    await (didList ? turns(1) : new Promise((resolve) => void setTimeout(resolve, 1)));
  }
}

const PREAMBLE = `
  import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
  import { join } from 'node:path';
  process.chdir(process.argv[1]);
  const fill = (top, mark) => {
    for (let index = 0; index < 2000; index++) {
      const folder = join(top, 'd' + index % 20, 'e' + index % 100, 'f' + index % 200);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'file ' + index), mark + index);
    }
  };`;
