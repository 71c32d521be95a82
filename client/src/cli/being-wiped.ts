import { CommandError } from './command-error.ts';

/** What this device has synced is being removed, and nothing else is done with it before that has come to its end. */
export function beingWiped(): CommandError {
  return new CommandError({
    reason: 'conflict',
    code: 'being_wiped',
    message: 'This device was unlinked, and what it has synced is being removed.',
    remedy: 'Repeat `syncline sync --once` to bring that to its end, then link the folder again.',
  });
}
