import type { ConflictStrategy, NodeId } from '@syncline/protocol';
import type { Place } from './node-tree.ts';

/**
 * What a plan consists of. Steps name nodes; where those stand, and in which state, is looked up when a step is executed, and
 * a step whose ground has changed since is left out: the next plan sees why.
 *
 * - `forget`        the node leaves the synced tree; what is on the disk of it counts as `newNodeId` from now on;
 * - `agree`         both sides are the same: write it down;
 * - `adopt-copy`    the file on the disk is the conflicted copy `copyId` that was committed already;
 * - `read`          learn the content of a file, because a decision hangs on it;
 * - `trace`         look among the file's revisions for the content that the disk has: nobody knows here what was agreed on;
 * - `make-remote`, `move-remote`, `delete-remote`, `upload`   bring the service to what the disk shows;
 * - `make-local`, `move-local`, `trash-local`, `download`     bring the disk to what the service shows;
 * - `set-aside`     gives an edit that may not be sent a name of its own, as a file that only this disk has;
 * - `unsync-local`  takes from the disk what the service keeps and this device is not to have.
 */
export type Step =
  | { readonly type: 'forget'; readonly nodeId: NodeId; readonly newNodeId: NodeId | undefined }
  | { readonly type: 'agree'; readonly nodeId: NodeId }
  | { readonly type: 'adopt-copy'; readonly nodeId: NodeId; readonly copyId: NodeId }
  | { readonly type: 'read' | 'trace'; readonly nodeId: NodeId }
  | RemoteStep
  | UploadStep
  | LocalStep
  | { readonly type: 'download'; readonly nodeId: NodeId };

/** Whether bytes of files travel, or are read: the rest of a plan need not wait for large ones. */
export function isTransfer(type: Step['type']): boolean {
  return type === 'upload' || type === 'download' || type === 'read';
}

export type RemoteStep =
  | { readonly type: 'make-remote' | 'move-remote'; readonly nodeId: NodeId; readonly to: Place }
  /** `takes` is the number of nodes that go, so that a step before this one that failed keeps it from taking more. */
  | { readonly type: 'delete-remote'; readonly nodeId: NodeId; readonly takes: number };

/**
 * - `new`      a file that the service does not have; with `vacated` only if its place is free by then;
 * - `edit`     the next content of a file;
 * - `conflict` a content made on a base that the service has left: it becomes a conflicted copy.
 */
export interface UploadStep {
  readonly type: 'upload';
  readonly nodeId: NodeId;
  readonly mode: 'new' | 'edit' | 'conflict';
  readonly vacated: boolean;
  /** How a person has settled this conflict, whatever the strategy of the folder is. */
  readonly onConflict?: ConflictStrategy | undefined;
}

export type LocalStep =
  | { readonly type: 'make-local'; readonly nodeId: NodeId; readonly to: Place }
  | { readonly type: 'move-local'; readonly nodeId: NodeId; readonly to: Place }
  | { readonly type: 'set-aside'; readonly nodeId: NodeId; readonly to: Place }
  /** `isLeft`: it goes with a shared folder that the account is not in any more. */
  | { readonly type: 'trash-local'; readonly nodeId: NodeId; readonly takes: number; readonly isLeft?: boolean }
  | { readonly type: 'unsync-local'; readonly nodeId: NodeId; readonly takes: number };
