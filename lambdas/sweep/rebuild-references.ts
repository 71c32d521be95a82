import type { EpochMs } from '@syncline/protocol';
import { isBehind } from '../journal/journal-positions.ts';
import { projectNode } from '../references/project-node.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import {
  REBUILD_NAMESPACES_MAX,
  REBUILD_ROWS_MAX,
  REBUILD_SEGMENTS_MAX,
  SEGMENT_ITEMS_MAX,
  SWEEPS_IN_FLIGHT_MAX,
} from './limits.ts';
import type { SweepDependencies } from './sweep-dependencies.ts';
import type { NamespaceJournal, Rebuild, RebuiltNamespace } from './sweep-index.ts';

export type RebuildDependencies = Pick<
  SweepDependencies,
  'index' | 'references' | 'namespaces' | 'chunks' | 'objects' | 'meter' | 'clock' | 'random'
>;

/**
 * Why a journal cannot say what is to be referenced: `journal-short`, it does not reach back to where it was projected to; `head-behind`, it was projected
 * further than it goes, so its table was set back, and what is committed anew is taken for projected. Undefined when it can. Cost: 2 reads, 3 when it cannot.
 */
export async function rebuildReason(
  { references, namespaces, index }: RebuildDependencies,
  { namespaceId, epoch, seq }: NamespaceJournal,
): Promise<'journal-short' | 'head-behind' | undefined> {
  const position = await references.getPosition(namespaceId);
  if (position !== undefined && isBehind({ epoch, seq }, position)) {
    // The listing may be out of date. A namespace that is gone commits nothing.
    const head = await index.getHead(namespaceId);
    return head !== undefined && isBehind(head, position) ? 'head-behind' : undefined;
  }
  if (seq === 0 || !isBehind(position, { epoch, seq })) return undefined;
  const after = position?.epoch === epoch ? position.seq : 0;
  const [oldest] = await namespaces.listEntries({ namespaceId, after, limit: 1 });
  return oldest?.seq === after + 1 ? undefined : 'journal-short';
}

/**
 * Gives the files of namespaces whose journals cannot tell of them their references, and lets those journals be projected from there on: looks at every file
 * that lies where theirs do, whatever its state. A journal's head is read before the first file, so what is committed meanwhile stands behind its new position.
 *
 * One call goes on where the last one has ended, until the time is over; it begins when there is such a namespace. It may end anywhere, and
 * run twice at once. Answers whether there is, or was, something to do.
 * Cost: a scan of the table Files by strongly consistent reads, and what projecting costs for each file of these namespaces.
 */
export async function rebuildReferences(dependencies: RebuildDependencies, until: EpochMs): Promise<boolean> {
  const { index, references, clock } = dependencies;
  const begun = (await index.readRebuild()) ?? (await beginRebuild(dependencies));
  if (begun === undefined) return false;
  const { targets } = begun;
  const grounds = new Set(targets.map(({ groundId }) => groundId));
  let { after } = begun;
  for (let segment = 0; segment < REBUILD_SEGMENTS_MAX && clock.now() < until; segment++) {
    const page = { limit: REBUILD_ROWS_MAX, ...(after === undefined ? {} : { after }) };
    const { files, next } = await index.listFiles(page);
    const wanted = files.filter(({ namespaceId }) => grounds.has(namespaceId));
    await mapBounded(SWEEPS_IN_FLIGHT_MAX, wanted, (file) => projectNode(dependencies, file));
    if (next === undefined) {
      for (const { namespaceId, epoch, seq } of targets) await references.setPosition(namespaceId, { epoch, seq });
      await index.writeRebuild(undefined);
      return true;
    }
    after = next;
    await index.writeRebuild({ targets, after });
  }
  return true;
}

/** Finds the namespaces that need it; undefined when there are none. */
async function beginRebuild(dependencies: RebuildDependencies): Promise<Rebuild | undefined> {
  const { index } = dependencies;
  const targets: RebuiltNamespace[] = [];
  let after: string | undefined;
  do {
    const page = { limit: SEGMENT_ITEMS_MAX, ...(after === undefined ? {} : { after }) };
    const { heads, next } = await index.listHeads(page);
    const found = await mapBounded(SWEEPS_IN_FLIGHT_MAX, heads, (head) => targetOf(dependencies, head));
    targets.push(...found.filter((target) => target !== undefined));
    after = next;
  } while (after !== undefined && targets.length < REBUILD_NAMESPACES_MAX);
  if (targets.length === 0) return undefined;
  const rebuild = { targets: targets.slice(0, REBUILD_NAMESPACES_MAX) };
  await index.writeRebuild(rebuild);
  return rebuild;
}

async function targetOf(
  dependencies: RebuildDependencies,
  listed: NamespaceJournal,
): Promise<RebuiltNamespace | undefined> {
  const { namespaceId } = listed;
  if ((await rebuildReason(dependencies, listed)) === undefined) return undefined;
  const head = await dependencies.index.getHead(namespaceId);
  return head && { namespaceId, ...head, groundId: await dependencies.namespaces.getGround(namespaceId) };
}
