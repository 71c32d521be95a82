import { epochMs, type NodeId } from '@syncline/protocol';
import type { RoomLack } from './disk-room.ts';
import { type Execution, postpone, report } from './execution.ts';
import { formatBytes } from './format-bytes.ts';
import { HELD_BACK_FAILURES_LEAST, NO_ROOM_RETRY_MS } from './limits.ts';
import type { HeldBack } from './ports.ts';

/** A file whose bytes do not get through. `key` names the content, and the pause that it makes. */
interface Passage {
  readonly nodeId: NodeId;
  readonly path: string;
  readonly key: string;
}

/**
 * A file whose bytes do not get to the store, or from it, is named and rests, longer each time, and everything else goes on: for minutes at once, if those of
 * others do get through; else it may be the network, and be over soon. Where the store answers for nobody, nothing is said of the file: `storeFailure` ends the
 * execution when all that needs no store is done.
 */
export function holdBack(execution: Execution, { nodeId, path, key }: Passage, { scope, failure }: HeldBack): void {
  if (scope === 'store') {
    execution.storeFailure ??= failure;
    return;
  }
  report(execution, { path, reason: 'held-back' });
  // Whether the service is there, the next round asks.
  if (scope === 'unknown') execution.isOvertaken = true;
  const least = scope === 'chunk' ? HELD_BACK_FAILURES_LEAST : 0;
  postpone(execution, nodeId, execution.transfers.pause(key, { isHeldBack: true, least }));
}

/** Whether the transfer of a file rests after a failure. If its bytes did not get through, it is named. */
export function isResting(execution: Execution, { nodeId, path }: Omit<Passage, 'key'>, keyOf: () => string): boolean {
  // Most executions have none, and thousands of files.
  const pause = execution.transfers.hasPauses ? execution.transfers.pauseOf(keyOf()) : undefined;
  if (pause === undefined) return false;
  if (pause.isHeldBack) report(execution, { path, reason: 'held-back' });
  postpone(execution, nodeId, pause.notBefore);
  return true;
}

/** A file for which the disk has no room is named, with what it needs, and looked at again soon: others that fit still come. */
export function lacksRoom(execution: Execution, { nodeId, path }: Omit<Passage, 'key'>, lack: RoomLack): void {
  report(execution, { path, reason: 'no-room', detail: describeLack(lack) });
  const { clock } = execution.ports;
  postpone(execution, nodeId, epochMs(clock.now() + NO_ROOM_RETRY_MS));
}

/** What a person reads about a content that does not fit. */
export function describeLack({ neededBytes, freeBytes, reserveBytes, claimedBytes }: RoomLack): string {
  const others = claimedBytes > 0 ? `, and ${formatBytes(claimedBytes)} are for files that are coming` : '';
  return `It needs ${formatBytes(neededBytes)}, and the disk has ${formatBytes(freeBytes)} free, of which ${formatBytes(reserveBytes)} stay free${others}. Free space on this disk, or keep a folder off it with \`syncline exclude\`. It then comes by itself.`;
}
