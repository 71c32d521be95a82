import { fork } from 'node:child_process';
import { NamespaceId } from '@syncline/protocol';
import type { FolderWatcher } from '../client/src/platform/node/folder-watcher.ts';
import { NodeFileSystem } from '../client/src/platform/node/node-file-system.ts';
import { openFolderWatcher } from '../client/src/platform/node/open-folder-watcher.ts';
import { modelDevice } from '../test/support/model-service.ts';

/** What the first walk over a folder takes in a process of its own. */
export interface WalkCost {
  readonly ms: number;
  readonly rssBytes: number;
  readonly watches: number;
}

const isMain = process.argv[1] === import.meta.filename;
if (isMain) await main(String(process.argv[2]), process.argv[3] === 'watched');

/** Walks in a new process, with a watch for each folder or without. */
export async function costOfWalk(root: string, isWatched: boolean): Promise<WalkCost> {
  const child = fork(import.meta.filename, [root, isWatched ? 'watched' : 'plain'], { execArgv: ['--expose-gc'] });
  return new Promise((resolve, reject) => {
    child.once('message', (cost) => resolve(cost as WalkCost));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the walk ended with ${code}`)));
  });
}

/** Lists every folder below a root, each before what is in it. */
export async function walk(root: string, watcher?: FolderWatcher): Promise<number> {
  const marker = { folderId: 'f', deviceId: modelDevice(1).deviceId, namespaceId: NamespaceId.parse('0'.repeat(26)) };
  const files = new NodeFileSystem({ root, marker, today: () => '', ...(watcher === undefined ? {} : { watcher }) });
  const pending = [''];
  let entries = 0;
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of (await files.list(folder))?.entries ?? []) {
      entries += 1;
      if (entry.kind === 'folder') pending.push(entry.path);
    }
  }
  return entries;
}

async function main(root: string, isWatched: boolean): Promise<void> {
  // The first walk of a process warms code and disk up.
  await walk(root);
  const watcher = isWatched ? openFolderWatcher({ root }) : undefined;
  globalThis.gc?.();
  const rssBefore = process.memoryUsage().rss;
  const before = performance.now();
  await walk(root, watcher);
  const ms = performance.now() - before;
  globalThis.gc?.();
  const cost: WalkCost = { ms, rssBytes: process.memoryUsage().rss - rssBefore, watches: watcher?.watches() ?? 0 };
  process.send?.(cost, () => process.exit(0));
}
