import type { LoopStatus } from './loop-status.ts';
import type { Plan } from './planner.ts';

type Pending = LoopStatus['pending'];

export const NOTHING_PENDING: Pending = { upload: 0, download: 0, other: 0 };

/** What a plan is about to do, in the words of a status. */
export function pendingSteps({ steps }: Plan): Pending {
  let upload = 0;
  let download = 0;
  for (const { type } of steps) {
    if (type === 'upload') upload += 1;
    else if (type === 'download') download += 1;
  }
  return { upload, download, other: steps.length - upload - download };
}
