import { type NodeId, nameKey, type Operation, type PutOperation, type UploadId } from '@syncline/protocol';
import type { Place } from '../namespaces/namespace-store.ts';

/** The nodes of its own namespace that deciding an operation looks at first, known from the operation alone. */
export function nodesOf(operations: readonly Operation[]): readonly NodeId[] {
  const ids: NodeId[] = [];
  for (const operation of operations) {
    if ('nodeId' in operation && operation.nodeId !== undefined) ids.push(operation.nodeId);
    if ('newNodeId' in operation && operation.newNodeId !== undefined) ids.push(operation.newNodeId);
    if ('parentId' in operation && operation.parentId !== undefined) ids.push(operation.parentId);
    if (operation.type === 'copy' && operation.from.namespaceId === operation.namespaceId) {
      ids.push(operation.from.nodeId);
    }
  }
  return ids;
}

/** The places where operations put something. The edit of a known file stays where it is. */
export function placesOf(operations: readonly Operation[]): readonly Place[] {
  const places: Place[] = [];
  for (const operation of operations) {
    const isEdit = operation.type === 'put' && operation.nodeId !== undefined;
    if (isEdit || !('parentId' in operation)) continue;
    const { parentId, name } = operation;
    if (parentId !== undefined && name !== undefined) places.push({ parentId, nameKey: nameKey(name) });
  }
  return places;
}

export function putsOf(operations: readonly Operation[]): readonly PutOperation[] {
  return operations.filter((operation) => operation.type === 'put');
}

export function uploadIdsOf(puts: readonly PutOperation[]): readonly UploadId[] {
  return [...new Set(puts.flatMap(({ uploadId }) => uploadId ?? []))];
}
