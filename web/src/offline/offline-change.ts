import type { ConflictKind, Node } from '@syncline/protocol';

/** What a person does without waiting for the service. Where, under which name, to which node: `OfflineChange.after` says it. */
export type Edit =
  | { readonly type: 'mkdir' }
  | { readonly type: 'move'; readonly baseRev: number }
  /** A deleted node comes back where this browser has it. */
  | { readonly type: 'restore' }
  /** `baseSeq` is the last entry of the journal that was seen; the runner reads it where it is not there. */
  | { readonly type: 'delete'; readonly baseRev: number; readonly baseSeq?: number | undefined }
  /**
   * `baseRev` 0: a new file. `on`: it was made on a content that waited then, by the revision which that has here (`localRevOf`). `replacedBytes`:
   * length of the content that it was made on.
   */
  | {
      readonly type: 'put';
      readonly baseRev: number;
      readonly on?: number | undefined;
      readonly replacedBytes?: number | undefined;
      readonly modifiedAtMs: number;
    };

/** What a person wants done with a change that met another one. */
export type ConflictChoice = 'keep_mine' | 'keep_theirs' | 'keep_both' | 'last_write_wins';

export interface MetConflict {
  readonly kind: ConflictKind;
  readonly serverRev: number;
  /** What the service has there. */
  readonly node?: Node | undefined;
}

/** Why something was not done as it was made. Each has a sentence in the catalogues. */
export type ReportReason =
  /** It met another change, and a person has chosen. */
  | 'chosen'
  /** The folder for it is gone, or may not be written any more. */
  | 'place-gone'
  /** The node itself is gone, or may not be changed any more. */
  | 'node-gone'
  /** Something else has its name. */
  | 'name-taken'
  | 'refused';

/** One change that was made in this browser and is not yet known to be committed. Plain data. */
export interface OfflineChange {
  /** 26 characters that name its operations: a repeat with the same `attempt` does nothing twice. */
  readonly id: string;
  readonly order: number;
  readonly madeAtMs: number;
  readonly edit: Edit;
  /** The node as whoever made the change sees it from then on. */
  readonly after: Node;
  /** Raised when the service has answered and something else is asked of it. */
  readonly attempt: number;
  /** How a put meets another change, once somebody has chosen. */
  readonly choice?: Exclude<ConflictChoice, 'last_write_wins'> | undefined;
  /** A put or a folder that cannot be where it was made goes to the root of its namespace, and then to that of the account. */
  readonly rescue?: { readonly to: 'root' | 'home'; readonly because: ReportReason } | undefined;
  readonly state: 'waiting' | 'asking' | 'stuck';
  readonly conflict?: MetConflict | undefined;
  /** Why it is stuck, in the service's words. */
  readonly problem?: { readonly code: string; readonly detail: string } | undefined;
  /** Times that its content was stored and had ended before the commit. */
  readonly preparations: number;
  /** What it was called when it was made, where that name was taken. */
  readonly askedName?: string | undefined;
}

/** What became of a change, where that is not what it was made for. */
export interface ChangeReport {
  readonly id: string;
  readonly type: Edit['type'];
  readonly name: string;
  /** `copied`: beside the other, as `newName`; `rescued`: elsewhere, as `newName`; `renamed`; `dropped`: what the service has stands. */
  readonly outcome: 'copied' | 'rescued' | 'renamed' | 'dropped' | 'kept-theirs';
  readonly because: ReportReason;
  readonly newName?: string | undefined;
}

/** All that waits, in the order in which it was made. */
export interface ChangeQueue {
  readonly changes: readonly OfflineChange[];
  /** Chosen for all conflicts until the queue is empty. */
  readonly choiceForAll?: ConflictChoice | undefined;
  /** What nodes that were made here are called on the service, by what they were called here. */
  readonly aliases: Readonly<Record<string, Pick<Node, 'namespaceId' | 'nodeId'>>>;
  readonly reports: readonly ChangeReport[];
  /** Of the change that was added last, also when it has left: none comes twice. */
  readonly lastOrder: number;
  /** Revisions that contents of this browser have become, by what they were called here (`localRevOf`). */
  readonly storedRevs: Readonly<Record<string, number>>;
}

export const NO_CHANGES: ChangeQueue = { changes: [], aliases: {}, reports: [], lastOrder: 0, storedRevs: {} };
