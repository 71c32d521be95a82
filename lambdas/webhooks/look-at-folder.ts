import { assert, PAGE_ENTRIES_MAX } from '@syncline/protocol';
import type { JournalPosition } from '../journal/journal-positions.ts';
import type { FolderTrail, TrailStep } from './folder-trail.ts';
import { type FolderStanding, FolderWays } from './folder-ways.ts';
import { LOOK_ENTRIES_MAX } from './limits.ts';
import type { StoredWebhook } from './webhook-store.ts';

export interface LookDependencies {
  readonly trail: FolderTrail;
}

/** What a webhook follows: where it is, and whether the receiver is owed a message. */
export interface FolderLook {
  readonly standing: FolderStanding;
  readonly isOwed: boolean;
}

/** Where the folder of a webhook is; all of a namespace is where it is. Cost: a read per level. */
export async function readStanding(dependencies: LookDependencies, webhook: StoredWebhook): Promise<FolderStanding> {
  const ways = await openWays(dependencies, webhook);
  return ways === undefined ? 'live' : ways.standing();
}

/**
 * Whether what a webhook follows has changed since its receiver was told, up to `place`, where the journal was before the call. Everything counts for all of a
 * namespace; for a folder, what was at or below it, before or after the change. What cannot be decided is owed: entries that are not kept any more or are of an
 * earlier epoch, more than LOOK_ENTRIES_MAX of them, ways of folders that break off or are too many. So is what was tried and not taken, without another look, and what
 * two deliveries told at once.
 *
 * So is that the folder has come into the trash, or back, or is gone, be it by a change of a folder above it.
 *
 * Only the present rows are asked, and that is exact. If something changed below the folder, and by now its parent then is no more, then a folder on the way was moved since;
 * and of those moves the one nearest to the followed folder left, or entered, a place that is below it still. What is moved while the rows are read is found by the next look.
 *
 * Cost: a read unit per level above the folder; then, for the entries since, at most 1 each 4 KiB (some ten entries) and 1 for each folder that something was changed in and
 * each level above it, up to the first page that has something. Nothing for all of a namespace.
 */
export async function lookAtFolder(
  dependencies: LookDependencies,
  webhook: StoredWebhook,
  place: JournalPosition,
): Promise<FolderLook> {
  const ways = await openWays(dependencies, webhook);
  if (ways === undefined) return { standing: 'live', isOwed: true };
  const standing = ways.standing();
  const known: FolderStanding = webhook.restingSince === undefined ? 'live' : 'trashed';
  const { failingSince, isUnsure = false } = webhook;
  const isSettled = standing !== known || failingSince !== undefined || isUnsure;
  return { standing, isOwed: isSettled || (await hasChanged(dependencies, { webhook, ways, place })) };
}

async function openWays(
  dependencies: LookDependencies,
  { namespaceId, folderId }: StoredWebhook,
): Promise<FolderWays | undefined> {
  if (folderId === undefined) return undefined;
  const ways = new FolderWays(dependencies, { namespaceId, folderId });
  await ways.load([folderId]);
  return ways;
}

interface Span {
  readonly webhook: StoredWebhook;
  readonly ways: FolderWays;
  readonly place: JournalPosition;
}

async function hasChanged({ trail }: LookDependencies, { webhook, ways, place }: Span): Promise<boolean> {
  const { namespaceId, folderId, told } = webhook;
  assert(folderId !== undefined, 'only folders are looked at');
  if (told.epoch !== place.epoch || place.seq - told.seq > LOOK_ENTRIES_MAX) return true;
  for (let after = told.seq; after < place.seq; after += PAGE_ENTRIES_MAX) {
    const limit = Math.min(PAGE_ENTRIES_MAX, place.seq - after);
    const steps = await trail.listSteps({ namespaceId, after, limit });
    // They are numbered without gaps: whatever is missing here has expired.
    if (steps.length < limit) return true;
    if (await touches(steps, { folderId, ways })) return true;
  }
  return false;
}

async function touches(
  steps: readonly TrailStep[],
  { folderId, ways }: Pick<Span, 'ways'> & Required<Pick<StoredWebhook, 'folderId'>>,
): Promise<boolean> {
  // That somebody became a member is told to nobody by the delta either.
  const changes = steps.filter(({ type }) => type !== 'member');
  if (changes.some(({ nodeId }) => nodeId === folderId)) return true;
  const parents = new Set(changes.flatMap(({ parentId, wasParentId = parentId }) => [parentId, wasParentId]));
  await ways.load(parents);
  return [...parents].some((parentId) => ways.leadsThrough(parentId) !== 'no');
}
