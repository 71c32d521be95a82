import { assert, type Cursor, type RouteResponse, SECOND_MS, WAIT_SECONDS_MAX } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { type Position, readCursor } from './cursor-codec.ts';
import { WAIT_PAUSE_MS } from './limits.ts';
import { cursorReset } from './list-changes.ts';

export interface WaitForChangesDependencies {
  readonly namespaces: Pick<NamespaceStore, 'readAccess'>;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
}

/**
 * Answers as soon as a delta from the cursor has something to tell (changes, or that the cursor is reset), at the latest
 * after `timeout` seconds. Cost: a read per namespace every WAIT_PAUSE_MS milliseconds.
 */
export async function waitForChanges(
  { namespaces, keyRing, clock }: WaitForChangesDependencies,
  request: { readonly cursor: Cursor; readonly timeout?: number | undefined },
  { accountId }: Caller,
): Promise<Outcome<RouteResponse<'waitForChanges'>>> {
  const read = await readCursor(keyRing, accountId, request.cursor);
  if (read === undefined) return cursorReset();
  const { positions } = read;
  const timeoutMs = (request.timeout ?? WAIT_SECONDS_MAX) * SECOND_MS;
  assert(timeoutMs <= WAIT_SECONDS_MAX * SECOND_MS, 'a wait ends before the request does');
  const look = async ({ namespaceId, epoch, seq }: Position): Promise<'gone' | 'moved' | 'still'> => {
    const access = await namespaces.readAccess({ namespaceId, accountId });
    if (access === undefined) return 'gone';
    return access.head.epoch !== epoch || access.head.seq !== seq ? 'moved' : 'still';
  };
  for (let waitedMs = 0; ; waitedMs += WAIT_PAUSE_MS) {
    const seen = await Promise.all(positions.map(look));
    // Who may read nothing of it any more is told what a forged cursor is told.
    if (seen.every((state) => state === 'gone')) return cursorReset();
    if (seen.some((state) => state !== 'still')) return done({ changed: true });
    const leftMs = timeoutMs - waitedMs;
    if (leftMs <= 0) return done({ changed: false });
    await clock.sleep(Math.min(WAIT_PAUSE_MS, leftMs));
  }
}
