import { epochMs, type Problem, rootNodeId } from '@syncline/protocol';
import { ofType } from '../engine/execute-plan.ts';
import { type PlannedFolder, plannedFolder } from '../engine/planned-folder.ts';
import type { FileSystem } from '../engine/ports.ts';
import type { LinkedFolder } from '../platform/node/linked-folders.ts';
import { openEngine, openFiles } from '../sync/open-engine.ts';
import type { CommandContext } from './command-context.ts';

/** What the disk and the last sync tell of a folder while no daemon runs. */
export type OfflineFolder =
  | (PlannedFolder & { readonly kind: 'read'; readonly files: FileSystem })
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
    const files = openFiles(folder);
    const seen = { rootId: rootNodeId(folder.namespaceId), plan: planned.plan, now: epochMs(Date.now()), files };
    return await task({ kind: 'read', ...(await plannedFolder(engine, seen)), files });
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
