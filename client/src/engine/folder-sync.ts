import type { NodeId } from '@syncline/protocol';
import type { Conflict, ConflictChoice, ConflictOutcome } from './conflicts.ts';
import type { Explanation, LoopStatus } from './loop-status.ts';

/** The sync of one folder that goes on until it is stopped. */
export interface FolderSync {
  /**
   * Runs until `stop`. Never rejects for anything that the world does: it says in its status what stands in the way, and goes
   * on when it can.
   */
  run(): Promise<void>;
  /** Lets the step that runs come to its end; resolves when nothing runs any more. */
  stop(): Promise<void>;
  status(): LoopStatus;
  /** Called whenever `status` would answer something else; may be called often. One callback; a later one replaces it. */
  onStatus(callback: () => void): void;
  /** Rests after the step that runs, until `resume`. */
  pause(): void;
  /** Goes on; with `acceptDeletes` a mass change that was asked about is done. */
  resume(options: { readonly acceptDeletes: boolean }): void;
  /**
   * Asks for a round at once, whatever a pause after a failure says. Resolves when a round that began after this has come to its
   * end with nothing left to do at once, or when none can run.
   */
  syncNow(): Promise<void>;
  explain(path: string): Promise<Explanation>;
  conflicts(): readonly Conflict[];
  /** Settles a conflict as a person has chosen. */
  settleConflict(conflictId: string, choice: ConflictChoice): Promise<ConflictOutcome>;
  /** Takes over which folders of the service this device is not to have; the intent must be recorded before. */
  setExcluded(excluded: ReadonlySet<NodeId>): void;
}
