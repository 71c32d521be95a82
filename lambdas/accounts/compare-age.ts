import type { Device } from '@syncline/protocol';

/** Oldest first; devices of one instant in the order of their ids. */
export function compareAge(left: Device, right: Device): number {
  const leftKey = left.createdAt + left.deviceId;
  const rightKey = right.createdAt + right.deviceId;
  return leftKey < rightKey ? -1 : leftKey > rightKey ? 1 : 0;
}
