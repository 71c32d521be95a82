import { uptime } from 'node:os';
import { type EpochMs, epochMs, SECOND_MS } from '@syncline/protocol';

/** When this machine was started, by its clock of now: that of another moment may differ by as much as the clock was corrected since. */
export function bootedAt(): EpochMs {
  return epochMs(Math.round(Date.now() - uptime() * SECOND_MS));
}
