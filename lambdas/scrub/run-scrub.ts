import { assert, DAY_MS, type EpochMs, epochMs } from '@syncline/protocol';
import { isOwnObject } from '../chunks/chunk-index.ts';
import type { ReferenceStore } from '../references/reference-store.ts';
import type { Clock } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { parseObjectKey } from '../sweep/object-kind.ts';
import type { ListedObject, RemovableObjects } from '../sweep/removable-objects.ts';
import type { SweepIndex } from '../sweep/sweep-index.ts';
import { type InspectDependencies, type InspectionDepth, inspectChunk, inspectPack } from './inspect-stored.ts';
import {
  DEFECTS_MAX,
  INSPECTIONS_IN_FLIGHT_MAX,
  PASSES_UNTIL_ALL_READ,
  RECHECK_DELAY_MS,
  RUN_INTERVAL_MS,
  RUN_ITEMS_MAX,
  RUN_ITEMS_MIN,
  RUN_ITEMS_SURPLUS,
  RUN_MS_MAX,
  SEGMENT_ITEMS_MAX,
} from './limits.ts';
import {
  type DefectCode,
  type DefectSubject,
  SCRUB_PHASES,
  type ScrubProgress,
  type ScrubStore,
  type StoredDefect,
} from './scrub-store.ts';

export interface ScrubDependencies extends InspectDependencies {
  readonly index: Pick<SweepIndex, 'list' | 'get'>;
  readonly listing: Pick<RemovableObjects, 'list'>;
  readonly references: Pick<ReferenceStore, 'isReferenced'>;
  readonly store: ScrubStore;
  readonly clock: Clock;
}

export interface ScrubOptions {
  /** How long a pass over everything takes. */
  readonly daysPerPass: number;
  /** Is told each defect that is there, also one that was told before. */
  readonly tell: (defect: StoredDefect) => void;
}

/**
 * One run: goes on where the last one has ended. A pass asks the store about the object of every recorded chunk and pack, reads and hashes
 * one in PASSES_UNTIL_ALL_READ of them, other ones in each pass, and then looks whether every object that a file needs has its record. It is
 * spread over `daysPerPass` days by what the last pass has found. It reads alone, but for how far it has come and what is wrong; that stays
 * until it is found whole again. Any number of runs at once are safe.
 */
export async function runScrub(dependencies: ScrubDependencies, options: ScrubOptions): Promise<ScrubProgress> {
  const { store, clock } = dependencies;
  const startedAt = clock.now();
  const run = new ScrubRun(dependencies, options.tell);
  await run.lookAgain();
  let progress = beginning(await store.readProgress(), startedAt, options.daysPerPass);
  const itemsMax = runItems(progress, options.daysPerPass);
  let items = 0;
  while (progress.phase !== 'rest' && items < itemsMax && clock.now() - startedAt < RUN_MS_MAX) {
    const segment = await run.scrubSegment(progress);
    items += segment.items;
    progress = following({ ...progress, items: progress.items + segment.items }, segment.next);
    await store.writeProgress(progress);
  }
  return progress;
}

/** A pass begins when the last one did long enough ago, and has ended. */
function beginning(last: ScrubProgress | undefined, now: EpochMs, daysPerPass: number): ScrubProgress {
  if (last === undefined) return { pass: 0, begunAt: now, phase: 'records', items: 0, itemsBefore: 0 };
  if (last.phase !== 'rest' || now - last.begunAt < daysPerPass * DAY_MS) return last;
  return { pass: last.pass + 1, begunAt: now, phase: 'records', items: 0, itemsBefore: last.items };
}

function runItems({ itemsBefore }: ScrubProgress, daysPerPass: number): number {
  const runs = (daysPerPass * DAY_MS) / RUN_INTERVAL_MS;
  const share = Math.ceil((itemsBefore / runs) * RUN_ITEMS_SURPLUS);
  return Math.min(Math.max(share, RUN_ITEMS_MIN), RUN_ITEMS_MAX);
}

function following({ after: _after, ...progress }: ScrubProgress, next: string | undefined): ScrubProgress {
  if (next !== undefined) return { ...progress, after: next };
  return { ...progress, phase: SCRUB_PHASES[SCRUB_PHASES.indexOf(progress.phase) + 1] ?? 'rest' };
}

interface Segment {
  readonly items: number;
  readonly next: string | undefined;
}

class ScrubRun {
  readonly #dependencies: ScrubDependencies;
  readonly #tell: (defect: StoredDefect) => void;

  constructor(dependencies: ScrubDependencies, tell: (defect: StoredDefect) => void) {
    this.#dependencies = dependencies;
    this.#tell = tell;
  }

  /** What was wrong is told until it is found whole. */
  async lookAgain(): Promise<void> {
    const { store } = this.#dependencies;
    await mapBounded(INSPECTIONS_IN_FLIGHT_MAX, await store.listDefects(DEFECTS_MAX), async (known) => {
      const code = await this.#defectOf(known, 'bytes');
      if (code === undefined) await store.deleteDefect(known);
      else this.#tell({ ...known, code });
    });
  }

  async scrubSegment({ phase, after, pass }: ScrubProgress): Promise<Segment> {
    const { index, listing } = this.#dependencies;
    const segment = { limit: SEGMENT_ITEMS_MAX, ...(after === undefined ? {} : { after }) };
    switch (phase) {
      case 'records': {
        const { chunks, packs, next } = await index.list(segment);
        const subjects = [
          ...chunks
            .filter(({ state }) => state !== 'deleted')
            .map(({ domain, hash }) => ({ kind: 'chunk', domain, hash }) as const),
          ...packs.map(({ domain, hash }) => ({ kind: 'pack', domain, hash }) as const),
        ];
        await mapBounded(INSPECTIONS_IN_FLIGHT_MAX, subjects, (subject) =>
          this.#inspect(subject, isSampled(subject, pass) ? 'bytes' : 'head'),
        );
        return { items: subjects.length, next };
      }
      case 'chunks':
      case 'packs':
      case 'manifests': {
        const { objects, next } = await listing.list(phase, segment);
        await mapBounded(INSPECTIONS_IN_FLIGHT_MAX, objects, (object) => this.#inspectObject(object));
        return { items: objects.length, next };
      }
      case 'rest':
        return { items: 0, next: undefined };
    }
  }

  /** An object that a file needs has a record. What nobody needs is the sweep's. */
  async #inspectObject({ key }: ListedObject): Promise<void> {
    const name = parseObjectKey(key);
    if (name === undefined || name.kind === 'packs') return;
    const { domain, hash } = name;
    if ((await this.#dependencies.index.get(domain, hash)) !== undefined) return;
    if (!(await this.#dependencies.references.isReferenced(domain, hash))) return;
    await this.#inspect({ kind: 'chunk', domain, hash }, 'head');
  }

  /** Keeps and tells what is wrong, and is still wrong a while later. */
  async #inspect(subject: DefectSubject, depth: InspectionDepth): Promise<void> {
    const { store, clock } = this.#dependencies;
    if ((await this.#defectOf(subject, depth)) === undefined) return;
    await clock.sleep(RECHECK_DELAY_MS);
    const code = await this.#defectOf(subject, depth);
    if (code === undefined) return;
    const defect = { ...subject, code, foundAt: epochMs(clock.now()) };
    await store.putDefect(defect);
    this.#tell(defect);
  }

  async #defectOf({ kind, domain, hash }: DefectSubject, depth: InspectionDepth): Promise<DefectCode | undefined> {
    const { index, packs, references } = this.#dependencies;
    if (kind === 'pack') {
      const pack = await packs.get({ domain, hash });
      if (pack === undefined || pack.state === 'deleted') return undefined;
      return (await inspectPack(this.#dependencies, pack, depth)).defect;
    }
    const chunk = await index.get(domain, hash);
    if (chunk === undefined) return (await references.isReferenced(domain, hash)) ? 'unrecorded' : undefined;
    if (chunk.state === 'deleted') return undefined;
    // Members are read with their pack.
    return inspectChunk(this.#dependencies, chunk, isOwnObject(chunk) ? depth : 'head');
  }
}

const SLOTS = 2 ** 32;

/** Whether a pass reads a chunk or pack whole. Hashes are even, so each pass takes a part of them, and PASSES_UNTIL_ALL_READ passes all. */
export function isSampled({ hash }: Pick<DefectSubject, 'hash'>, pass: number): boolean {
  const slot = Number.parseInt(hash.slice(0, 8), 16);
  assert(slot >= 0 && slot < SLOTS, 'a hash begins with eight hexadecimal digits');
  return Math.floor((slot / SLOTS) * PASSES_UNTIL_ALL_READ) === pass % PASSES_UNTIL_ALL_READ;
}
