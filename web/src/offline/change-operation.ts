import {
  type CommitRequest,
  conflictedName,
  type NamespaceId,
  numberedName,
  opId,
  rootNodeId,
  type UploadId,
} from '@syncline/protocol';
import type { OfflineChange } from './offline-change.ts';

/** What is known when a change is sent, and not when it is made. */
export interface OperationFacts {
  readonly homeNamespaceId: NamespaceId;
  readonly deviceName: string;
  /** Of a put. */
  readonly uploadId?: UploadId | undefined;
  /** The last entry of the namespace's journal, for a delete that names none. */
  readonly seq?: number | undefined;
}

/** The namespace in which a change is to be committed. */
export function namespaceOf(change: OfflineChange, homeNamespaceId: NamespaceId): NamespaceId {
  return change.rescue?.to === 'home' ? homeNamespaceId : change.after.namespaceId;
}

/** The one operation that a change asks of the service at this attempt. Precondition: a put has an upload. */
export function changeOperation(change: OfflineChange, facts: OperationFacts): CommitRequest['operations'][number] {
  const { edit, after } = change;
  const namespaceId = namespaceOf(change, facts.homeNamespaceId);
  const common = { opId: opId(change.id, change.attempt), namespaceId };
  const place =
    change.rescue === undefined
      ? { parentId: after.parentId, name: after.name }
      : { parentId: rootNodeId(namespaceId), name: rescuedName(change, facts.deviceName) };
  const { nodeId } = after;
  switch (edit.type) {
    case 'mkdir':
      return { ...common, ...place, type: 'mkdir', ...(change.rescue === undefined ? { newNodeId: nodeId } : {}) };
    case 'move':
      return { ...common, ...place, type: 'move', nodeId, baseRev: edit.baseRev };
    case 'restore':
      return { ...common, ...place, type: 'restore', nodeId };
    case 'delete': {
      const baseSeq = after.kind === 'folder' ? { baseSeq: edit.baseSeq ?? facts.seq ?? 0 } : {};
      return { ...common, type: 'delete', nodeId, baseRev: edit.baseRev, ...baseSeq };
    }
    case 'put':
      return { ...common, ...place, ...contentOf(change, facts) };
  }
}

function contentOf({ edit, after, rescue, choice }: OfflineChange, { uploadId }: OperationFacts) {
  if (edit.type !== 'put' || uploadId === undefined) throw new Error('a put has a stored content');
  const isNew = edit.baseRev === 0 || rescue !== undefined;
  const content = { type: 'put' as const, uploadId, clientModifiedAt: new Date(edit.modifiedAtMs).toISOString() };
  const onConflict = rescue === undefined ? (choice ?? ('fail' as const)) : ('keep_both' as const);
  // A tab keeps no clock of its own: it has seen as many changes of the file as the file has revisions.
  const clock = edit.baseRev + 1;
  if (!isNew) return { ...content, nodeId: after.nodeId, baseRev: edit.baseRev, clock, onConflict };
  return { ...content, ...(rescue === undefined ? { newNodeId: after.nodeId } : {}), baseRev: 0, clock, onConflict };
}

/** Says where it comes from, and in which device it was made. A folder keeps its name: what lies in it is told by itself. */
function rescuedName({ after, madeAtMs, edit }: OfflineChange, deviceName: string): string {
  if (edit.type === 'mkdir') return after.name;
  return conflictedName({ name: after.name, deviceName, at: new Date(madeAtMs), attempt: 1 });
}

/** `name (2)`, `name (3)` …: with each attempt another one. */
export function otherName(change: OfflineChange): string {
  return numberedName(change.after.name.replace(/ \(\d+\)(?=(\.[^.]*)?$)/, ''), change.attempt + 2);
}
