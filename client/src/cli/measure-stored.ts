import { MEASURE_FILES_MAX, MEASURE_SAMPLE_MAX, type NamespaceId, type NodeId } from '@syncline/protocol';
import { runBounded } from '../engine/run-bounded.ts';
import { problemError } from './command-error.ts';
import type { Session } from './open-session.ts';

/** How files are stored, with their history. */
export interface Stored {
  /** Of all revisions. */
  readonly contentBytes: number;
  /** With the same bytes once. */
  readonly distinctBytes: number;
  /** And compressed, where they are. */
  readonly storedBytes: number;
  /** Of how many chunks one was looked at: 1 is exact. */
  readonly sample: number;
}

export interface MeasuredFile {
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
}

/** Files up to which every chunk is looked at. */
const EXACT_FILES_MAX = 20_000;
/** Requests under way at one time. */
const REQUESTS_IN_FLIGHT_MAX = 4;
/** By how much a sample is made smaller when it was too large for an answer. */
const SAMPLE_STEP = 16;

/** Measures how files are stored. Of very many, or very large ones, by a sample of their chunks. Cost: a request for each 50 files. */
export async function measureStored(
  session: Session,
  files: readonly MeasuredFile[],
  signal: AbortSignal,
): Promise<Stored> {
  let sample = files.length > EXACT_FILES_MAX ? SAMPLE_STEP : 1;
  for (;;) {
    const stored = await measure(session, { files, sample }, signal);
    if (stored !== undefined) return stored;
    sample = Math.min(sample * SAMPLE_STEP, MEASURE_SAMPLE_MAX);
  }
}

/** Undefined when the sample is too large for an answer. */
async function measure(
  session: Session,
  { files, sample }: { readonly files: readonly MeasuredFile[]; readonly sample: number },
  signal: AbortSignal,
): Promise<Stored | undefined> {
  const chunks = new Map<string, { readonly size: number; readonly storedSize: number }>();
  const sums = { contentBytes: 0, isTooLarge: false };
  await runBounded(groupsOf(files), REQUESTS_IN_FLIGHT_MAX, async ({ namespaceId, nodeIds }) => {
    for (let start = 0; start < nodeIds.length && !sums.isTooLarge; ) {
      const body = { namespaceId, nodeIds: nodeIds.slice(start), sample };
      const answer = await session.api.measureStored({ body, signal });
      if (!answer.ok) throw problemError(answer.problem, 'What is stored');
      const { measured, isCut } = answer.value;
      sums.isTooLarge ||= isCut && sample < MEASURE_SAMPLE_MAX;
      for (const { name, ...sizes } of answer.value.chunks) chunks.set(name, sizes);
      sums.contentBytes += answer.value.contentBytes;
      start += measured;
    }
  });
  if (sums.isTooLarge) return undefined;
  const sum = (sizes: readonly number[]) => sizes.reduce((all, size) => all + size, 0) * sample;
  const told = [...chunks.values()];
  return {
    contentBytes: sums.contentBytes,
    distinctBytes: sum(told.map(({ size }) => size)),
    storedBytes: sum(told.map(({ storedSize }) => storedSize)),
    sample,
  };
}

interface FileGroup {
  readonly namespaceId: NamespaceId;
  readonly nodeIds: NodeId[];
}

/** Files of one namespace each, as many as a request may name. */
function groupsOf(files: readonly MeasuredFile[]): readonly FileGroup[] {
  const groups: FileGroup[] = [];
  for (const [namespaceId, wanted] of Map.groupBy(files, (file) => file.namespaceId)) {
    for (let start = 0; start < wanted.length; start += MEASURE_FILES_MAX) {
      groups.push({ namespaceId, nodeIds: wanted.slice(start, start + MEASURE_FILES_MAX).map(({ nodeId }) => nodeId) });
    }
  }
  return groups;
}
