import { epochMs, formatInstant } from '@syncline/protocol';
import type { DaemonStatus } from '../src/daemon/daemon-status.ts';

/** The status of a daemon that has no folders, but for what is given. */
export function restingDaemon(given: Partial<DaemonStatus> = {}): DaemonStatus {
  const startedAt = formatInstant(epochMs(0));
  return { version: '0.0.0', pid: 1, startedAt, signedIn: true, limits: {}, troubles: [], folders: [], ...given };
}
