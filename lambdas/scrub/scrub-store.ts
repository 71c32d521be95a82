import type { ChunkHash, EpochMs } from '@syncline/protocol';

/** How far the scrub has come, and what it has found. */
export interface ScrubStore {
  readProgress(): Promise<ScrubProgress | undefined>;
  /** Keeps how far it has come. A run beside another only looks at the same twice. Cost: 1 write. */
  writeProgress(progress: ScrubProgress): Promise<void>;
  /** What was found to be wrong and is not mended yet; at most `limit`. Cost: 1 Query. */
  listDefects(limit: number): Promise<readonly StoredDefect[]>;
  /** Keeps a defect until it is found mended. Idempotent. Cost: 1 write. */
  putDefect(defect: StoredDefect): Promise<void>;
  /** Idempotent. Cost: 1 write. */
  deleteDefect(subject: DefectSubject): Promise<void>;
}

/** What is gone through, one after the other. */
export const SCRUB_PHASES = ['records', 'chunks', 'packs', 'manifests', 'rest'] as const;
export type ScrubPhase = (typeof SCRUB_PHASES)[number];

export interface ScrubProgress {
  /** Counts passes; it says what this one reads whole. */
  readonly pass: number;
  readonly begunAt: EpochMs;
  readonly phase: ScrubPhase;
  readonly after?: string;
  /** Rows and objects that this pass has looked at, and that the last one did. */
  readonly items: number;
  readonly itemsBefore: number;
}

export interface DefectSubject {
  readonly kind: 'chunk' | 'pack';
  readonly domain: string;
  readonly hash: ChunkHash;
}

/** `unrecorded`: a retained file needs it, its object is there, and no record says so. */
export type DefectCode = 'lost' | 'damaged' | 'unrecorded';

export interface StoredDefect extends DefectSubject {
  readonly code: DefectCode;
  readonly foundAt: EpochMs;
}
