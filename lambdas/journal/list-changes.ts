import { type Change, type Cursor, PAGE_ENTRIES_MAX, type RouteResponse } from '@syncline/protocol';
import type { JournalEntry, NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Caller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { type Position, readCursor, signCursor } from './cursor-codec.ts';

export interface ListChangesDependencies {
  readonly namespaces: Pick<NamespaceStore, 'readAccess' | 'listEntries'>;
  readonly keyRing: KeyRing;
}

/**
 * The entries after a cursor, each exactly once and in the order of its journal, and the cursor behind them.
 *
 * Strongly consistent: what was committed before the call is in it, unless `hasMore`. A cursor that cannot be continued
 * without a gap (forged, foreign, of another epoch, older than the journal) is refused with `cursor_reset`, never with silence.
 * Cost: a read per namespace, and a Query where its head is ahead of the cursor.
 */
export async function listChanges(
  { namespaces, keyRing }: ListChangesDependencies,
  request: { readonly cursor: Cursor; readonly limit?: number | undefined },
  caller: Caller,
): Promise<Outcome<RouteResponse<'listChanges'>>> {
  const positions = await readCursor(keyRing, caller.accountId, request.cursor);
  if (positions === undefined) return cursorReset();
  const changes: Change[] = [];
  const next: Position[] = [];
  let hasMore = false;
  for (const position of positions) {
    const limit = (request.limit ?? PAGE_ENTRIES_MAX) - changes.length;
    const read = await readPosition(namespaces, { position, caller, limit });
    if (read.kind === 'refused') return read;
    changes.push(...read.value.entries.map(toChange));
    next.push({ ...position, seq: read.value.seq });
    hasMore ||= read.value.hasMore;
  }
  return done({ changes, cursor: await signCursor(keyRing, caller.accountId, next), hasMore });
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
  if (entries[0]?.seq !== seq + 1) return cursorReset();
  const last = entries.at(-1)?.seq ?? seq;
  return done({ entries, seq: last, hasMore: last < access.head.seq });
}

function toChange({
  accountId: _account,
  opId: _opId,
  expiresAt: _expires,
  was: _was,
  ...change
}: JournalEntry): Change {
  return change;
}

export function cursorReset(): Refused {
  return refused(
    'cursor_reset',
    'changes cannot be continued from this cursor: list the tree, and go on from its cursor',
  );
}
