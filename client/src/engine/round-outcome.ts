import type { EpochMs, Problem } from '@syncline/protocol';
import type { MassChange } from './mass-change.ts';
import type { Plan } from './planner.ts';
import type { SyncProblem } from './sync-problem.ts';

export interface SyncRequest {
  /** A person has said that mass changes are meant. */
  readonly acceptDeletes: boolean;
}

export interface RoundRequest extends SyncRequest {
  /** Whether the service is asked what is new. Without it the round goes by what is known of it. */
  readonly pull: boolean;
  /** Deletes and rewrites of the last rounds, which count as one with those of this round. */
  readonly recent?: Pick<MassChange, 'local' | 'remote'> | undefined;
  /** Told what is to be done, before it is done. */
  readonly onPlan?: ((plan: Plan) => void) | undefined;
}

/** `done`: steps were executed; `progress` counts those that brought something forward. */
export type RoundOutcome =
  | { readonly kind: 'rested'; readonly problems: readonly SyncProblem[] }
  | {
      readonly kind: 'done';
      readonly problems: readonly SyncProblem[];
      readonly progress: number;
      /** Something failed that a look at the service may explain. */
      readonly needsPull: boolean;
      /** When something that was spared is worth another look. */
      readonly retryAt: EpochMs | undefined;
      /** All that is left of the plan goes on by itself, or waits for what does. */
      readonly onlyTransfers: boolean;
      readonly changed: Pick<MassChange, 'local' | 'remote'>;
    }
  | { readonly kind: 'mass-change'; readonly change: MassChange; readonly problems: readonly SyncProblem[] }
  | { readonly kind: 'root-missing' | 'root-foreign' }
  | { readonly kind: 'refused'; readonly problem: Problem };
