import { encodeUlid, NamespaceId, type Node, NodeId } from '@syncline/protocol';

let count = 0;
const id = () => {
  count += 1;
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, count);
  return encodeUlid(bytes);
};
const namespaceId = NamespaceId.parse(id());

/** A node of one namespace, with what is given and the rest plausible. */
export function makeNode(given: Partial<Node>): Node {
  return {
    namespaceId,
    nodeId: NodeId.parse(id()),
    parentId: NodeId.parse(namespaceId),
    name: 'file.txt',
    kind: 'file',
    rev: 1,
    contentRev: 1,
    placeRev: 1,
    size: 0,
    modifiedAt: '2026-01-01T00:00:00.000Z',
    ...given,
  };
}
