import { encodeUlid, NodeId } from '@syncline/protocol';
import type { Random } from './ports.ts';

/** A random id for a node that this device makes. */
export function newNodeId(random: Random): NodeId {
  return NodeId.parse(encodeUlid(random(16)));
}
