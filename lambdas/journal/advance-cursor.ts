import type { Cursor, NamespaceId } from '@syncline/protocol';
import type { Caller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import type { NamespaceAnswer } from './commit-to-namespace.ts';
import { type Position, type ReadCursor, readCursor, signCursor } from './cursor-codec.ts';

/**
 * The cursor of a commit, read beside it. Undefined where it cannot be had: a commit does not fail for it.
 * Cost: a MAC; of a process's first one, a call for the key.
 */
export async function cursorOfCommit(
  { keyRing }: { readonly keyRing: KeyRing },
  cursor: Cursor | undefined,
  { accountId }: Caller,
): Promise<ReadCursor | undefined> {
  try {
    return cursor === undefined ? undefined : await readCursor(keyRing, accountId, cursor);
  } catch (error) {
    if (error instanceof UnavailableError) return undefined;
    throw error;
  }
}

/**
 * The cursor behind what a request has written, so that who wrote it need not read it back. Undefined where a delta from the old one would
 * tell anything else than the results: somebody else's entries, also of another epoch, or an operation that was found to be committed
 * before and lies behind it. Of a restored folder the results tell no more than the journal: what lies in it is to be listed.
 *
 * Cost: no read; a MAC.
 * Source: docs/decisions/0186-devices-do-not-read-back-their-own-commits.md
 */
export async function advanceCursor(
  { keyRing }: { readonly keyRing: KeyRing },
  commit: { readonly from: ReadCursor; readonly namespaces: ReadonlyMap<NamespaceId, NamespaceAnswer> },
  { accountId }: Caller,
): Promise<Cursor | undefined> {
  const { from, namespaces } = commit;
  if ([...namespaces.values()].every(({ written }) => written === undefined)) return undefined;
  const positions: Position[] = [];
  const read = new Set<NamespaceId>();
  for (const position of from.positions) {
    const answer = namespaces.get(position.namespaceId);
    const next = answer === undefined ? position : positionBehind(position, answer);
    if (next === undefined) return undefined;
    positions.push(next);
    read.add(position.namespaceId);
  }
  const isRead = [...namespaces.keys()].every((namespaceId) => read.has(namespaceId));
  return isRead ? signCursor(keyRing, accountId, { positions, mounts: from.mounts }) : undefined;
}

/** Where a journal is read to with these results; undefined where something of it is told by the delta alone. */
function positionBehind(position: Position, { results, written }: NamespaceAnswer): Position | undefined {
  let { seq } = position;
  if (written !== undefined) {
    if (written.epoch !== position.epoch || written.after !== seq) return undefined;
    ({ seq } = written);
  }
  for (const result of results.values()) if (result.status === 'committed' && result.seq > seq) return undefined;
  return { ...position, seq };
}
