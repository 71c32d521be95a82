import { assert, type Node, parseInstant } from '@syncline/protocol';
import type { RemoteNode } from './trees.ts';

/** A node of the service as the remote tree has it. A mount is a folder in which another namespace hangs. */
export function toRemoteNode(node: Node): RemoteNode {
  const { mountedNamespaceId: mounted } = node;
  assert(node.kind !== 'mount' || mounted !== undefined, 'a mount names what is mounted in it');
  return {
    nodeId: node.nodeId,
    parentId: node.parentId,
    name: node.name,
    kind: node.kind === 'mount' ? 'folder' : node.kind,
    rev: node.rev,
    contentRev: node.contentRev,
    size: node.size,
    contentHash: node.contentHash,
    executable: node.executable ?? false,
    modifiedAtMs: node.clientModifiedAt === undefined ? undefined : parseInstant(node.clientModifiedAt),
    ...(mounted === undefined ? {} : { mounted }),
  };
}
