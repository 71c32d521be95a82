import { epochMs, type Problem, rootNodeId } from '@syncline/protocol';
import { ofType } from '../engine/execute-plan.ts';
import type { ExplainedTrees } from '../engine/explain-path.ts';
import type { LoopStatus } from '../engine/loop-status.ts';
import type { FileSystem } from '../engine/ports.ts';
import type { LinkedFolder } from '../platform/node/linked-folders.ts';
import { openEngine, openFiles } from '../sync/open-engine.ts';
import type { CommandContext } from './command-context.ts';

/** What the disk and the last sync tell of a folder while no daemon runs. */
export type OfflineFolder =
  | { readonly kind: 'read'; readonly trees: ExplainedTrees; readonly status: LoopStatus; readonly files: FileSystem }
  | { readonly kind: 'root-missing' | 'root-foreign' }
  | { readonly kind: 'refused'; readonly problem: Problem };

/**
 * Looks at a folder, asks no server, and gives the task what was seen. The task may not keep it. Costs a look at the whole folder; where
 * conflicts wait for a person it also reads the files that both sides have changed, for only that tells whether they are one.
 */
export async function readOfflineFolder<T>(
  context: CommandContext,
  folder: LinkedFolder,
  task: (seen: OfflineFolder) => T | Promise<T>,
): Promise<T> {
  const session = await context.session();
  const { home, deviceName } = session;
  const { engine, close } = openEngine(session, { folder, home, deviceName, signal: context.signal });
  try {
    const planned = await planOffline(engine, folder);
    if (planned.kind !== 'planned') return await task(planned);
    const { plan } = planned;
    const { remote, synced, excluded, mounts } = engine.trees;
    const rootId = rootNodeId(folder.namespaceId);
    const trees = { rootId, remote, synced, excluded, mounts, local: engine.local, plan };
    return await task({ kind: 'read', trees, status: statusOf(engine, plan), files: openFiles(folder) });
  } finally {
    close();
  }
}

async function planOffline(engine: Engine, { onConflict }: LinkedFolder): ReturnType<Engine['plan']> {
  const planned = await engine.plan({ offline: true });
  if (planned.kind !== 'planned' || onConflict !== 'fail') return planned;
  const reads = ofType(planned.plan.steps, 'read');
  if (reads.length === 0) return planned;
  await engine.execute(planned.plan, reads);
  return engine.plan({ offline: true });
}

type Engine = ReturnType<typeof openEngine>['engine'];
type Planned = Extract<Awaited<ReturnType<Engine['plan']>>, { readonly kind: 'planned' }>;

function statusOf(engine: Engine, { steps, problems }: Planned['plan']): LoopStatus {
  const since = epochMs(Date.now());
  let upload = 0;
  let download = 0;
  for (const { type } of steps) {
    if (type === 'upload') upload += 1;
    else if (type === 'download') download += 1;
  }
  return {
    state: 'stopped',
    since,
    nextAttemptAt: undefined,
    detail: undefined,
    massChange: undefined,
    hints: 'polling',
    seq: engine.trees.position.seq,
    syncedNodes: engine.trees.synced.size,
    pending: { upload, download, other: steps.length - upload - download },
    bytes: { done: 0, total: 0, perSecond: 0 },
    problems: problems.map((problem) => ({ ...problem, since })),
  };
}
