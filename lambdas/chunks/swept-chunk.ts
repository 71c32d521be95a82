import type { EpochMs } from '@syncline/protocol';
import type { NewChunk } from './chunk-index.ts';

/** A chunk's record as the sweep sees it. Ages are in sweep time (sweep/sweep-clock.ts). */
export interface SweptChunk extends NewChunk {
  readonly domain: string;
  readonly state: 'live' | 'condemned' | 'deleted';
  readonly pinnedUntil: EpochMs;
  /** Of a live chunk: since when nothing has been found to need it. */
  readonly unusedSince?: number;
  readonly condemnedAt?: number;
  /** A version of the chunk's own object that was removed, or is about to be: nothing is ever recorded to lie in it again. */
  readonly removedVersionId?: string;
  /**
   * Of a deleted chunk. `marked`: a last look for references is to come, which may let it live again. `final`: its object may go, and
   * nothing brings the chunk back but another upload. `done`: the object is gone too.
   */
  readonly removal?: 'marked' | 'final' | 'done';
}
