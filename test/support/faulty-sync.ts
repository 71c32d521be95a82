import * as fc from 'fast-check';
import { type Edit, editDisk } from './random-edits.ts';
import type { SyncDevice } from './sync-world.ts';

/** How a sync ends before its time. */
export type Fault =
  | 'none'
  | 'request-lost'
  | 'answer-lost'
  | 'killed-after-sending'
  | 'killed-after-fetching'
  | 'edited-meanwhile';

export const aFault: fc.Arbitrary<Fault> = fc.constantFrom(
  'none',
  'none',
  'request-lost',
  'answer-lost',
  'killed-after-sending',
  'killed-after-fetching',
  'edited-meanwhile',
);
/** Syncs a device, and lets a fault come in between. */
export async function syncWithFault(
  actor: SyncDevice,
  doing: { readonly fault: Fault; readonly edit: Edit; readonly onEdit?: (edit: () => void) => void },
): Promise<void> {
  const stop = () => {
    throw new Error(doing.fault);
  };
  const edit = () => {
    actor.faults.onSent = undefined;
    actor.faults.onFetched = undefined;
    const act = (): void => editDisk(actor.files, doing.edit);
    if (doing.onEdit === undefined) act();
    else doing.onEdit(act);
  };
  switch (doing.fault) {
    case 'none':
      break;
    case 'request-lost':
    case 'answer-lost':
      actor.faults.onCommit = (moment) => {
        if (moment === (doing.fault === 'request-lost' ? 'before' : 'after')) stop();
      };
      break;
    case 'killed-after-sending':
      actor.faults.onSent = stop;
      break;
    case 'killed-after-fetching':
      actor.faults.onFetched = stop;
      break;
    case 'edited-meanwhile':
      actor.faults.onSent = edit;
      actor.faults.onFetched = edit;
  }
  try {
    await actor.sync();
  } catch (error) {
    if (!(error instanceof Error && error.message === doing.fault)) throw error;
  } finally {
    actor.faults.onCommit = undefined;
    actor.faults.onSent = undefined;
    actor.faults.onFetched = undefined;
  }
}
