import type { EngineTrees } from './engine-trees.ts';
import { DiskRefusedError, type EnginePorts } from './ports.ts';
import { type SyncProblem, syncProblem } from './sync-problem.ts';

/**
 * Makes the disk durable and then writes down what was agreed on, in this order: what a power failure takes back would look
 * like something that somebody deleted. What cannot be made durable is not written down; the problem is answered.
 */
export async function writeDown({
  ports,
  trees,
}: {
  readonly ports: EnginePorts;
  readonly trees: EngineTrees;
}): Promise<readonly SyncProblem[]> {
  try {
    await ports.files.flush();
  } catch (failure) {
    if (!(failure instanceof DiskRefusedError)) throw failure;
    trees.save();
    return [syncProblem('.', failure.reason)];
  }
  trees.releaseSynced();
  trees.save();
  return [];
}
