import { epochMs } from '@syncline/protocol';
import type { NamespaceHead } from './namespace-store.ts';

/**
 * The head of a shared folder, with the bytes and the quota of the home namespace on which they count. Its floor is not below that of the home: a
 * folder that has just been shared has none of its own yet.
 */
export function groundedHead(head: NamespaceHead, ground: NamespaceHead): NamespaceHead {
  const { bytesLogical, bytesRetained, bytesTrash, quotaBytes } = ground;
  const floors = [head.timeFloor, ground.timeFloor].filter((floor) => floor !== undefined);
  return {
    ...head,
    bytesLogical,
    bytesRetained,
    quotaBytes,
    ...(bytesTrash === undefined ? {} : { bytesTrash }),
    ...(floors.length === 0 ? {} : { timeFloor: epochMs(Math.max(...floors)) }),
  };
}
