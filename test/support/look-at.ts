import { epochMs, type NodeId } from '@syncline/protocol';
import { type PlannedFolder, plannedFolder } from '../../client/src/engine/planned-folder.ts';
import type { SyncDevice } from './sync-world.ts';

/** What a device that does not run can tell of its folder by a plan that is made now. */
export async function lookAt(device: SyncDevice, rootId: NodeId): Promise<PlannedFolder> {
  const engine = await device.engine();
  const planned = await engine.plan({ offline: true });
  if (planned.kind !== 'planned') throw new Error('the folder can be read');
  return plannedFolder(engine, { rootId, plan: planned.plan, now: epochMs(0), files: device.files });
}
