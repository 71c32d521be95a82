import type { ConflictStrategy, EpochMs } from '@syncline/protocol';
import type { LocalNames } from './local-names.ts';

export interface EngineOptions {
  readonly deviceName: string;
  /** What nodes are called on this disk. */
  readonly names: LocalNames;
  /** What becomes of a change that was made on a base which the service has left. @default keep_both */
  readonly onConflict?: ConflictStrategy | undefined;
  /** Told before every round how many bytes it is to send and fetch beside those that are under way, for a display of progress. */
  readonly onRound?: ((bytes: number) => void) | undefined;
  /** Asked between steps: whether the rest of a plan is to be left. Every prefix of a plan leaves both sides valid. */
  readonly isStopping?: (() => boolean) | undefined;
  /** Leaves large files that are being written to a later round. For an engine that runs on. @default false */
  readonly sparesFreshFiles?: boolean | undefined;
  /** Files above this size are transferred beside everything else. @default LARGE_FILE_BYTES */
  readonly largeFileBytes?: number | undefined;
  /**
   * Told whenever a large transfer has ended: a round takes up what it has brought. With it large transfers go on beside later
   * rounds, until `leaveTransfers`; without it a round waits for those that it has begun.
   */
  readonly onTransferEnd?: (() => void) | undefined;
  /** Whether a failure says only that the service, or the way to it, is not there for the moment: a large transfer is then begun again later. */
  readonly isUnavailable?: ((failure: unknown) => boolean) | undefined;
  /** When the machine was started: what a loss of power before has taken is looked for then. */
  readonly bootedAt?: EpochMs | undefined;
  /** Asked while many small files are transferred: whether something new is known that a plan should see. */
  readonly hasNews?: (() => boolean) | undefined;
}
