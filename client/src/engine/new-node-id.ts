import { encodeUlid, NodeId, neighbouringUlids } from '@syncline/protocol';
import type { Random } from './ports.ts';
import type { NodeIdSource } from './trees.ts';

/** A random id for a node that this device makes. */
export function newNodeId(random: Random): NodeId {
  return NodeId.parse(encodeUlid(random(16)));
}

/** Random ids for many nodes: those that are found together get ids that lie together, here and in the memory of every other device. */
export function newNodeIds(random: Random): NodeIdSource {
  const next = neighbouringUlids(random);
  return () => NodeId.parse(next());
}
