import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceId, encodeUlid, type NamespaceId } from '@syncline/protocol';
import { localNames } from '../client/src/engine/local-names.ts';
import { SyncEngine } from '../client/src/engine/sync-engine.ts';
import { NodeFileSystem } from '../client/src/platform/node/node-file-system.ts';
import { writeRootMarker } from '../client/src/platform/node/root-marker.ts';
import { engineClock } from '../client/src/sync/engine-clock.ts';
import { handlersSyncService } from '../test/support/handlers-sync-service.ts';
import { MemoryWatcher } from '../test/support/memory-file-system.ts';
import { SeededRandom } from '../test/support/seeded-random.ts';
import { MemoryStateStore } from '../test/support/sync-world.ts';
import { type BenchResult, median, percentile } from './bench-report.ts';
import { type FileTree, filePath, writeFileTree } from './file-tree.ts';

const CHANGES = 50;
/** Not counted: the first plans are made while the code is still being compiled. */
const WARM_UP_CHANGES = 10;
const PLAN_MS_MAX = 10;

/**
 * How long does the engine take from the hint that one file was written until it has planned what to do, among many files? The real
 * disk is looked at; the service is not asked.
 */
export async function benchPlanOneChange(tree: FileTree, directory: string): Promise<BenchResult> {
  const files = tree.folders * tree.filesPerFolder;
  const root = join(directory, 'planned');
  mkdirSync(root);
  writeFileTree(root, tree);
  const watcher = new MemoryWatcher();
  const engine = await openEngine(root, watcher);
  const first = await engine.sync({ acceptDeletes: false });
  if (first.kind !== 'rested') throw new Error(`the first sync ended as ${first.kind}`);
  const random = new SeededRandom('changes');
  const times: number[] = [];
  for (let change = 0; change < WARM_UP_CHANGES + CHANGES; change++) {
    const { folder, name } = filePath({
      folder: Math.floor(random.fraction() * tree.folders),
      file: Math.floor(random.fraction() * tree.filesPerFolder),
    });
    appendFileSync(join(root, folder, name), 'edited\n');
    watcher.touch(folder);
    const before = performance.now();
    const planned = await engine.plan({ offline: true });
    times.push(performance.now() - before);
    if (planned.kind !== 'planned' || planned.plan.steps.length !== 1) throw new Error('one change makes one step');
    await engine.sync({ acceptDeletes: false });
  }
  const counted = times.slice(WARM_UP_CHANGES);
  return {
    question: `How long does it take to plan one change among ${files.toLocaleString('en')} files?`,
    figures: [
      { name: 'one edit: p50', value: median(counted), unit: 'ms' },
      { name: 'one edit: p95', value: percentile(counted, 0.95), unit: 'ms', aim: { most: PLAN_MS_MAX } },
    ],
    note: `${CHANGES} edits of files chosen by chance, each synced before the next`,
  };
}

/** An engine that looks where it is told, over a real disk, with the real handlers in this process for a service. */
async function openEngine(root: string, watcher: MemoryWatcher): Promise<SyncEngine> {
  const remote = await handlersSyncService().connect(1, {});
  const marker = markerOf(remote.namespaceId);
  await writeRootMarker(root, marker);
  return new SyncEngine(
    {
      clock: engineClock(new AbortController().signal),
      random: randomBytes,
      files: new NodeFileSystem({ root, marker, today: () => '2026-01-31' }),
      remote,
      store: new MemoryStateStore(),
      watcher,
    },
    { deviceName: 'bench', names: localNames('posix') },
  );
}

function markerOf(namespaceId: NamespaceId) {
  return { folderId: 'bench', deviceId: DeviceId.parse(encodeUlid(new Uint8Array(16))), namespaceId };
}
