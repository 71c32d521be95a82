import type { EpochMs } from '@syncline/protocol';
import type { MassChange } from './mass-change.ts';
import type { SyncProblem } from './sync-problem.ts';

/**
 * What the sync of a folder does at the moment:
 * - `starting`      looks at the whole folder for the first time;
 * - `idle`          both sides agree on all that has no problem;
 * - `syncing`       carries changes over;
 * - `waiting`       something has to be tried again, at `nextAttemptAt`;
 * - `offline`       the service does not answer, or only that it cannot now; tried again at `nextAttemptAt`;
 * - `paused`        by a person;
 * - `mass-change`   a round would delete or rewrite too much: a person has to say that it is meant;
 * - `root-missing`, `root-foreign`   the folder is not the one that was linked; looked for again at `nextAttemptAt`;
 * - `refused`       by the service, in a way that only a person can mend (`detail`): signed out, device unlinked;
 * - `stopped`       the loop has ended.
 */
export type LoopState =
  | 'starting'
  | 'idle'
  | 'syncing'
  | 'waiting'
  | 'offline'
  | 'paused'
  | 'mass-change'
  | 'root-missing'
  | 'root-foreign'
  | 'refused'
  | 'stopped';

/** A problem, and since when it stands. */
export interface StandingProblem extends SyncProblem {
  readonly since: EpochMs;
}

/** Plain data, so that it can be shown, sent and compared. */
export interface LoopStatus {
  readonly state: LoopState;
  readonly since: EpochMs;
  readonly nextAttemptAt: EpochMs | undefined;
  /** What a person should know of the state: the refusal, or why the service could not be reached. */
  readonly detail: string | undefined;
  readonly massChange: MassChange | undefined;
  /** How hints of the service come at present. */
  readonly hints: 'socket' | 'long-poll' | 'polling';
  /** The newest journal entry that this device has seen. */
  readonly seq: number;
  readonly syncedNodes: number;
  /** Steps of the last plan that are not done yet. */
  readonly pending: { readonly upload: number; readonly download: number; readonly other: number };
  /** Bytes of the round that runs. */
  readonly bytes: { readonly done: number; readonly total: number; readonly perSecond: number };
  readonly problems: readonly StandingProblem[];
}

/** What is known about one path. */
export interface Explanation {
  readonly path: string;
  readonly state: 'synced' | 'pending' | 'problem' | 'ignored' | 'excluded' | 'unknown';
  /** A closed word for programs, such as the type of the step that is to come or the reason of the problem. */
  readonly reason: string;
  readonly detail: string;
  readonly since: EpochMs | undefined;
  readonly nextAttemptAt: EpochMs | undefined;
  readonly requestId: string | undefined;
  /** What a person can do; undefined when nothing needs to be done. */
  readonly remedy: string | undefined;
  /** The name at the service, where the disk cannot have it. */
  readonly remoteName: string | undefined;
}
