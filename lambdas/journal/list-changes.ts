import {
  type Change,
  type Cursor,
  type NamespaceId,
  PAGE_ENTRIES_MAX,
  type ProblemDetails,
  type RouteResponse,
} from '@syncline/protocol';
import { type SeeDeviceDependencies, seeDevice } from '../devices/see-device.ts';
import type { JournalEntry, NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Caller, DeviceCaller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { type Position, readCursor, signCursor } from './cursor-codec.ts';

export interface ListChangesDependencies extends SeeDeviceDependencies {
  readonly namespaces: Pick<NamespaceStore, 'readAccess' | 'listEntries'>;
  readonly keyRing: KeyRing;
}

/**
 * The entries after a cursor, each exactly once and in the order of its journal, and the cursor behind them.
 *
 * Strongly consistent: what was committed before the call is in it, unless `hasMore`. A cursor that cannot be continued
 * without a gap (forged, foreign, of another epoch, older than the journal) is refused with `cursor_reset`, never with silence. Only of one
 * that is older than the journal, and certainly of it, the refusal says `expired`: the namespace of any other was perhaps set back.
 * The cursor says how far the device has come, which is kept now and then (`seeDevice`).
 * Cost: a read per namespace, and a Query where its head is ahead of the cursor; with a cursor over mounts a read for each that was made.
 */
export async function listChanges(
  { namespaces, keyRing, ...seeing }: ListChangesDependencies,
  request: { readonly cursor: Cursor; readonly limit?: number | undefined },
  caller: DeviceCaller,
): Promise<Outcome<RouteResponse<'listChanges'>>> {
  const cursor = await readCursor(keyRing, caller.accountId, request.cursor);
  if (cursor === undefined) return cursorReset();
  const changes: Change[] = [];
  const next: Position[] = [];
  const toList: NamespaceId[] = [];
  const left: NamespaceId[] = [];
  const setBack: NamespaceId[] = [];
  let hasMore = false;
  for (const [index, position] of cursor.positions.entries()) {
    const limit = (request.limit ?? PAGE_ENTRIES_MAX) - changes.length;
    const read = await readPosition(namespaces, { position, caller, limit });
    if (read.kind === 'refused') {
      // Of many namespaces one that cannot be continued does not take the others along; without the home there is none.
      if (!cursor.mounts || index === 0) return read;
      const head = await presentHead(namespaces, position, caller);
      if (head === undefined) left.push(position.namespaceId);
      else {
        next.push(head);
        toList.push(head.namespaceId);
        if (read.error.details?.expired !== true) setBack.push(head.namespaceId);
      }
      continue;
    }
    changes.push(...read.value.entries.map(toChange));
    next.push({ ...position, seq: read.value.seq });
    hasMore ||= read.value.hasMore;
  }
  if (cursor.mounts) {
    for (const namespaceId of mountedIn(changes, next)) {
      const head = await presentHead(namespaces, { namespaceId }, caller);
      if (head === undefined) continue;
      next.push(head);
      toList.push(namespaceId);
    }
  }
  const isUpToDate = changes.length === 0 && !hasMore;
  await seeDevice(seeing, { positions: cursor.positions, isWhole: cursor.mounts, isUpToDate }, caller);
  return done({
    changes,
    cursor: await signCursor(keyRing, caller.accountId, { positions: next, mounts: cursor.mounts }),
    hasMore,
    ...(toList.length === 0 ? {} : { toList }),
    ...(left.length === 0 ? {} : { left }),
    ...(setBack.length === 0 ? {} : { setBack }),
  });
}

/** Where a journal ends now: the tree that is listed later is at least as new. Undefined when the caller may not read it. */
async function presentHead(
  namespaces: ListChangesDependencies['namespaces'],
  { namespaceId }: Pick<Position, 'namespaceId'>,
  { accountId }: Caller,
): Promise<Position | undefined> {
  const access = await namespaces.readAccess({ namespaceId, accountId });
  return access === undefined ? undefined : { namespaceId, epoch: access.head.epoch, seq: access.head.seq };
}

/** What was mounted by these changes, and the cursor does not know yet. */
function mountedIn(changes: readonly Change[], known: readonly Position[]): ReadonlySet<NamespaceId> {
  const found = new Set<NamespaceId>();
  for (const { type, node } of changes) {
    if (type === 'mounted' && node.mountedNamespaceId !== undefined) found.add(node.mountedNamespaceId);
  }
  for (const { namespaceId } of known) found.delete(namespaceId);
  return found;
}

interface PositionRead {
  readonly entries: readonly JournalEntry[];
  readonly seq: number;
  readonly hasMore: boolean;
}

async function readPosition(
  namespaces: ListChangesDependencies['namespaces'],
  at: { readonly position: Position; readonly caller: Caller; readonly limit: number },
): Promise<Outcome<PositionRead>> {
  const { namespaceId, epoch, seq } = at.position;
  const access = await namespaces.readAccess({ namespaceId, accountId: at.caller.accountId });
  if (access === undefined || access.head.epoch !== epoch || access.head.seq < seq) return cursorReset();
  if (access.head.seq === seq) return done({ entries: [], seq, hasMore: false });
  if (at.limit <= 0) return done({ entries: [], seq, hasMore: true });
  const entries = await namespaces.listEntries({ namespaceId, after: seq, limit: at.limit });
  // The head is ahead, so the next entry exists; when another one comes first it has expired.
  if (entries[0]?.seq !== seq + 1) return cursorReset({ expired: true });
  const last = entries.at(-1)?.seq ?? seq;
  return done({ entries, seq: last, hasMore: last < access.head.seq });
}

/** Member by member: a page has a thousand entries, of which rests of objects would take a good part of the time. */
function toChange({ namespaceId, seq, type, node, deviceId, changedAt }: JournalEntry): Change {
  return { namespaceId, seq, type, node, deviceId, changedAt };
}

export function cursorReset(details?: Pick<ProblemDetails, 'expired'>): Refused {
  return refused(
    'cursor_reset',
    'changes cannot be continued from this cursor: list the tree, and go on from its cursor',
    details,
  );
}
