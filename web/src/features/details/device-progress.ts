import type { Device, Node } from '@syncline/protocol';

/** Whether a device has taken in the last change of an entry; `unknown` of one that has never read changes. */
export type DeviceProgress = 'has' | 'behind' | 'unknown';

/**
 * A device tells how long ago the first change was made that it has not read: what is older than that, it has read. `nowMs` is when the devices were
 * asked.
 */
export function deviceProgress(
  { lag }: Pick<Device, 'lag'>,
  { modifiedAt }: Pick<Node, 'modifiedAt'>,
  nowMs: number,
): DeviceProgress {
  if (lag === undefined) return 'unknown';
  if (lag.entries === 0) return 'has';
  return Date.parse(modifiedAt) < nowMs - (lag.seconds + 1) * 1000 ? 'has' : 'behind';
}
