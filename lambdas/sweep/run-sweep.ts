import { epochMs, parseInstant } from '@syncline/protocol';
import type { SweptChunk } from '../chunks/swept-chunk.ts';
import { isBehind } from '../journal/journal-positions.ts';
import { sweepPack } from '../packs/sweep-pack.ts';
import { projectNamespace } from '../references/project-namespace.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import {
  LAG_MS_MAX,
  PASS_MS_MAX,
  PASS_MS_MIN,
  RUN_MS,
  RUN_SEGMENTS_MAX,
  SEGMENT_ITEMS_MAX,
  SEGMENT_REST_MS,
  STRAY_PACKS_MAX,
  SWEEPS_IN_FLIGHT_MAX,
} from './limits.ts';
import { rebuildReason, rebuildReferences } from './rebuild-references.ts';
import { type ChunkSweepOutcome, sweepChunk } from './sweep-chunk.ts';
import { ageSweep } from './sweep-clock.ts';
import type { SweepDependencies, SweepTime } from './sweep-dependencies.ts';
import { type NamespaceJournal, SWEEP_PHASES, type SweepPhase, type SweepProgress } from './sweep-index.ts';
import { sweepObject } from './sweep-object.ts';

/** What a run has done, or would have. */
export interface SweepReport {
  /**
   * References may be missing, so nothing is judged until they are there. `projection`: a journal was not projected for too long; `journal-short`
   * and `head-behind`: it cannot be, and its references are being rebuilt (rebuild-references.ts).
   */
  readonly stopped?: 'dead-letters' | JournalDoubt;
  readonly phase: SweepPhase;
  readonly counts: Readonly<Record<string, number>>;
}

/** Why the references of a namespace may not be complete. */
type JournalDoubt = 'projection' | NonNullable<Awaited<ReturnType<typeof rebuildReason>>>;

/**
 * One run: goes on where the last one has ended, for RUN_MS. A pass looks first whether the references are complete, then at every chunk and pack
 * that is recorded, then at every object of the bucket. A dry run goes through one pass, as far as it comes, and changes nothing.
 *
 * It stops itself while the projection's dead-letter queue holds anything, or a namespace has an entry that was not projected for
 * LAG_MS_MAX and cannot be projected now, or its journal cannot say what is to be referenced; then it rebuilds that. Any number of runs at once are safe.
 */
export async function runSweep(
  dependencies: SweepDependencies,
  options: { readonly isDry: boolean; readonly segmentsMax?: number },
): Promise<SweepReport> {
  const { index, deadLetters, clock } = dependencies;
  const { isDry, segmentsMax = RUN_SEGMENTS_MAX } = options;
  const now = clock.now();
  const until = epochMs(now + RUN_MS);
  const counts = new Map<string, number>();
  const kept = await index.readProgress();
  let progress = isDry ? { ...ageSweep(kept, now), ...beginning(kept?.sweepAt ?? 0) } : ageSweep(kept, now);
  const time: SweepTime = { now, sweepAt: progress.sweepAt, isDry };
  const report = (stopped?: SweepReport['stopped']): SweepReport => ({
    ...(stopped === undefined ? {} : { stopped }),
    phase: progress.phase,
    counts: Object.fromEntries(counts),
  });
  if (!isDry) await index.writeProgress(progress);
  if ((await deadLetters.count()) > 0) {
    // Or a journal that cannot be projected would bring dead letters for ever.
    if (!isDry) await rebuildReferences(dependencies, until);
    return report('dead-letters');
  }
  if (progress.phase === 'rest' && progress.sweepAt - progress.begunAt >= passMs(progress)) {
    progress = { ...progress, ...beginning(progress.sweepAt) };
  }
  for (let segment = 0; segment < segmentsMax && progress.phase !== 'rest' && clock.now() < until; segment++) {
    const swept = await sweepSegment(dependencies, time, progress);
    for (const name of swept.outcomes) counts.set(name, (counts.get(name) ?? 0) + 1);
    if (swept.doubt !== undefined) {
      if (!isDry && swept.doubt !== 'projection') await rebuildReferences(dependencies, until);
      return report(swept.doubt);
    }
    progress = following({ ...progress, ...swept.packs, segments: (progress.segments ?? 0) + 1 }, swept.next);
    if (!isDry) await index.writeProgress(progress);
  }
  return report();
}

function beginning(sweepAt: number) {
  return { phase: 'heads', begunAt: sweepAt, segments: 0 } as const;
}

/** From one beginning to the next: a pass that costs more comes less often. */
function passMs({ segments = 0 }: SweepProgress): number {
  return Math.min(PASS_MS_MAX, Math.max(PASS_MS_MIN, segments * SEGMENT_REST_MS));
}

function following({ after: _after, ...progress }: SweepProgress, next: string | undefined): SweepProgress {
  if (next !== undefined) return { ...progress, after: next };
  const phase = SWEEP_PHASES[SWEEP_PHASES.indexOf(progress.phase) + 1] ?? 'rest';
  if (progress.phase !== 'packs') return { ...progress, phase };
  const { foundPacks: strayPacks = [], ...rest } = progress;
  return { ...rest, phase, strayPacks };
}

interface SweptSegment {
  readonly outcomes: readonly string[];
  readonly next: string | undefined;
  readonly packs?: Pick<SweepProgress, 'strayPacks' | 'foundPacks'>;
  readonly doubt?: JournalDoubt | undefined;
}

async function sweepSegment(
  dependencies: SweepDependencies,
  time: SweepTime,
  { phase, after, strayPacks = [], foundPacks = [] }: SweepProgress,
): Promise<SweptSegment> {
  const segment = { limit: SEGMENT_ITEMS_MAX, ...(after === undefined ? {} : { after }) };
  const { index, removable } = dependencies;
  switch (phase) {
    case 'heads': {
      const { heads, next } = await index.listHeads(segment);
      const doubts = await mapBounded(SWEEPS_IN_FLIGHT_MAX, heads, (head) => doubtOf(dependencies, time, head));
      return { outcomes: [], next, doubt: doubts.find((doubt) => doubt !== undefined) };
    }
    case 'records': {
      const { chunks, packs, next } = await index.list(segment);
      const ofChunks = await mapBounded(SWEEPS_IN_FLIGHT_MAX, chunks, (chunk) => sweepChunk(dependencies, time, chunk));
      const ofPacks = time.isDry
        ? []
        : await mapBounded(SWEEPS_IN_FLIGHT_MAX, packs, (pack) => sweepOnePack(dependencies, time, pack));
      const held = new Set(chunks.filter(mayLieThere).map(({ objectKey }) => objectKey));
      const unrecorded = strayPacks.filter((key) => held.has(key)).map(() => 'unrecorded');
      const packCounts = [...ofPacks, ...unrecorded].map((kind) => `packs ${kind}`);
      const left = { strayPacks: strayPacks.filter((key) => !held.has(key)) };
      return { outcomes: [...ofChunks.map(chunkCount), ...packCounts], next, packs: left };
    }
    case 'chunks':
    case 'packs':
    case 'manifests': {
      const { objects, next } = await removable.list(phase, segment);
      const pass = { ...time, strayPacks: new Set(strayPacks) };
      const swept = await mapBounded(SWEEPS_IN_FLIGHT_MAX, objects, (object) =>
        sweepObject(dependencies, pass, object),
      );
      const noted = objects.filter((_object, at) => swept[at] === 'noted').map(({ key }) => key);
      const found = { foundPacks: [...new Set([...foundPacks, ...noted])].slice(0, STRAY_PACKS_MAX) };
      return { outcomes: swept.map((outcome) => `objects ${outcome}`), next, packs: found };
    }
    case 'rest':
      return { outcomes: [], next: undefined };
  }
}

/** A chunk that is marked for removal may live again where it is. */
function mayLieThere({ state, removal }: SweptChunk): boolean {
  return state !== 'deleted' || removal === 'marked';
}

function chunkCount(outcome: ChunkSweepOutcome): string {
  return `chunks ${outcome}`;
}

async function sweepOnePack(
  dependencies: SweepDependencies,
  { sweepAt }: SweepTime,
  pack: Parameters<typeof sweepPack>[1],
): Promise<string> {
  const outcome = await sweepPack(dependencies, pack, sweepAt);
  if (outcome.kind === 'deleted' && outcome.versionId !== undefined) {
    const { objectKey: key, versionId } = outcome;
    await dependencies.removable.remove({ key, versionId });
    await dependencies.index.endPack({ ...pack, versionId });
  }
  return outcome.kind;
}

/** Whether entries of a journal stayed unprojected for too long, and still do after another try, or it was projected further than it goes. */
async function doubtOf(
  dependencies: SweepDependencies,
  { now, isDry }: SweepTime,
  { namespaceId, epoch, seq }: NamespaceJournal,
): Promise<JournalDoubt | undefined> {
  const { references, namespaces } = dependencies;
  const reason = await rebuildReason(dependencies, { namespaceId, epoch, seq });
  if (reason !== undefined) return reason;
  const position = await references.getPosition(namespaceId);
  if (seq === 0 || !isBehind(position, { epoch, seq })) return undefined;
  const after = position?.epoch === epoch ? position.seq : 0;
  const [oldest] = await namespaces.listEntries({ namespaceId, after, limit: 1 });
  // One that seems to be of a time to come may be of any: one of the two clocks is wrong.
  if (oldest !== undefined && Math.abs(now - parseInstant(oldest.changedAt)) < LAG_MS_MAX) return undefined;
  if (isDry) return 'projection';
  return (await projectNamespace(dependencies, namespaceId, { epoch, seq })) === 'behind' ? 'projection' : undefined;
}
