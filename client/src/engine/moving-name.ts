import { NodeId } from '@syncline/protocol';

const MOVING_NAME = /^syncline-moving-([0-9A-HJKMNP-TV-Z]{26})$/;

/** The name of a node between two moves, when a circle of moves has to be broken. Nobody else gives such a name. */
export function movingName(nodeId: NodeId): string {
  return `syncline-moving-${nodeId}`;
}

export function isMovingName(name: string): boolean {
  return MOVING_NAME.test(name);
}

/** The node that stands aside under this name; undefined when it is an ordinary name. */
export function movingNodeId(name: string): NodeId | undefined {
  const [, nodeId] = MOVING_NAME.exec(name) ?? [];
  return nodeId === undefined ? undefined : NodeId.parse(nodeId);
}
