import type { ChunkHash, EpochMs, NamespaceId } from '@syncline/protocol';
import type { SweptChunk } from '../chunks/swept-chunk.ts';
import type { JournalPosition } from '../journal/journal-positions.ts';
import type { PackName } from '../packs/pack-index.ts';
import type { NodeName } from '../references/reference-store.ts';

/** The records of chunks and packs as the sweep goes through them, and how far it has come. */
export interface SweepIndex {
  /** A segment of all chunks and of the packs whose objects may still be there, in any order that stays. May be out of date. */
  list(
    segment: Segment,
  ): Promise<SegmentOf<{ readonly chunks: readonly SweptChunk[]; readonly packs: readonly PackName[] }>>;

  /** The record of a chunk, also of a deleted one. Strongly consistent. Cost: 1 read. */
  get(domain: string, hash: ChunkHash): Promise<SweptChunk | undefined>;

  /**
   * Lets the record of a chunk become what `change` says, if it is still as it was seen: in place, state, pins and the sweep's own notes.
   * False when it is not: somebody needs it, or another sweep was there. Cost: 1 write.
   */
  change(seen: SweptChunk, change: SweepChange): Promise<boolean>;

  /**
   * Notes that an object is going to be removed that no record names, so that none ever will. `seen` is what stands under its hash.
   * False when another thing stands there. Cost: 1 write.
   */
  banObject(object: StrayObject, seen: SweptChunk | undefined): Promise<boolean>;

  /** The same for a pack without a record. Cost: 1 write. */
  banPack(pack: PackName & { readonly versionId: string; readonly now: EpochMs }): Promise<boolean>;

  /** Notes that the object of a deleted pack is gone. Cost: 1 write. */
  endPack(pack: PackName & { readonly versionId: string }): Promise<void>;

  /** Heads of namespaces, a segment of them. May be out of date. */
  listHeads(segment: Segment): Promise<SegmentOf<{ readonly heads: readonly NamespaceJournal[] }>>;

  /** How far a journal has come; undefined when there is no such namespace. Strongly consistent. Cost: 1 read. */
  getHead(namespaceId: NamespaceId): Promise<JournalPosition | undefined>;

  /**
   * Files by where their rows lie, a segment of them: each that had a content before the first segment was read, and has it after the last
   * one, is told, perhaps more than once. Strongly consistent.
   */
  listFiles(segment: Segment): Promise<SegmentOf<{ readonly files: readonly NodeName[] }>>;

  /** The rebuild of references that is under way. */
  readRebuild(): Promise<Rebuild | undefined>;

  /** Keeps how far a rebuild has come, or that it is done. Cost: 1 write. */
  writeRebuild(rebuild: Rebuild | undefined): Promise<void>;

  readProgress(): Promise<SweepProgress | undefined>;

  /** Keeps how far the sweep has come. A run beside another only does the same twice. Cost: 1 write. */
  writeProgress(progress: SweepProgress): Promise<void>;
}

export interface Segment {
  readonly after?: string;
  readonly limit: number;
}

export type SegmentOf<Items> = Items & { readonly next?: string };

/** Notes that are left out are removed, but for versions that were removed: those are remembered. */
export type SweepChange =
  | { readonly state: 'live'; readonly unusedSince?: number; readonly versionId?: string }
  | { readonly state: 'condemned'; readonly condemnedAt: number }
  | {
      readonly state: 'deleted';
      readonly removal: NonNullable<SweptChunk['removal']>;
      readonly removedVersionId?: string;
    };

export interface StrayObject {
  readonly domain: string;
  readonly hash: ChunkHash;
  readonly objectKey: string;
  readonly versionId: string;
}

export interface NamespaceJournal extends JournalPosition {
  readonly namespaceId: NamespaceId;
}

/** A walk over all files, to find what the journals of some namespaces do not tell any more. */
export interface Rebuild {
  /** The namespaces, with how far their journals had come before the first file was read, and where their rows lie. */
  readonly targets: readonly RebuiltNamespace[];
  readonly after?: string;
}

export interface RebuiltNamespace extends NamespaceJournal {
  readonly groundId: NamespaceId;
}

/** What is gone through, one after the other. */
export const SWEEP_PHASES = ['heads', 'records', 'chunks', 'packs', 'manifests', 'rest'] as const;
export type SweepPhase = (typeof SWEEP_PHASES)[number];

export interface SweepProgress {
  /** Segments that the pass has gone through, or had when it ended. */
  readonly segments?: number;
  /** The clock on the wall at the last run, and the sweep's own (sweep-clock.ts). */
  readonly wallAt: EpochMs;
  readonly sweepAt: number;
  readonly phase: SweepPhase;
  readonly after?: string;
  /** When this pass has begun, in sweep time. */
  readonly begunAt: number;
  /** Objects of packs without a record that the last pass has found, without those in which a chunk was found to lie since. */
  readonly strayPacks?: readonly string[];
  /** The same that this pass has found: the next one looks whether a chunk lies in them. */
  readonly foundPacks?: readonly string[];
}
