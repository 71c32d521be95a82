import { type ApiClient, systemClock, UnavailableError } from '@syncline/client';
import type { Change, Cursor, NamespaceId } from '@syncline/protocol';
import { DELTA_PAGE_ENTRIES, DELTA_PAGES_MAX, DELTA_PAUSE_MS, POLL_SECONDS, RECONNECT_MS_MIN } from './limits.ts';
import { createLiveSocket } from './live-socket.ts';
import { type WatchedValue, watchedValue } from './watched-value.ts';

/** `lost`: what changed is not known one by one; whatever is shown has to be read anew. */
export type LiveNews = { readonly kind: 'changes'; readonly changes: readonly Change[] } | { readonly kind: 'lost' };

export type LiveState = 'connecting' | 'live' | 'polling' | 'offline';

/** What happens in all that the account may read, from the moment that it is made until it is closed. */
export interface LiveChanges {
  readonly state: Pick<WatchedValue<LiveState>, 'get' | 'subscribe'>;
  subscribe(listener: (news: LiveNews) => void): () => void;
  /** Resolves when changes are told from here on, or when that has to wait for a network: then `lost` is told later. */
  readonly begun: Promise<void>;
  /** The last entry of a journal that was told here, if there was one. */
  lastSeq(namespaceId: NamespaceId): number | undefined;
  close(): void;
}

/**
 * Follows the journals by their delta. A push says that it is worth looking, and a long-poll does where there is no socket; so a
 * push that is lost, doubled or late does no harm.
 * Source: docs/PROTOCOL.md, R-5
 */
export function followChanges(api: ApiClient, onRevoked: () => void): LiveChanges {
  const state = watchedValue<LiveState>('connecting');
  const listeners = new Set<(news: LiveNews) => void>();
  const seqs = new Map<NamespaceId, number>();
  const over = new AbortController();
  const tell = (news: LiveNews): void => {
    if (news.kind === 'changes') for (const { namespaceId, seq } of news.changes) seqs.set(namespaceId, seq);
    for (const listener of listeners) listener(news);
  };
  const begun = Promise.withResolvers<void>();
  let wake = Promise.withResolvers<void>();
  const look = (): void => wake.resolve();
  const socket = createLiveSocket(api, {
    onOpen() {
      state.set('live');
      look();
    },
    onChanged: look,
    onLost: () => state.set('connecting'),
    onRevoked,
  });

  const follow = async (): Promise<void> => {
    let cursor: Cursor | undefined;
    let isBegun = false;
    for (;;) {
      over.signal.throwIfAborted();
      try {
        cursor = await readDelta({ api, tell: isBegun ? tell : () => undefined }, cursor, over.signal);
        isBegun = true;
        begun.resolve();
        if (state.get() !== 'live') state.set('polling');
        if (socket.isOpen()) await wake.promise;
        else await Promise.race([wake.promise, poll(api, cursor, over.signal)]);
        wake = Promise.withResolvers();
      } catch (failure) {
        over.signal.throwIfAborted();
        if (!(failure instanceof UnavailableError)) throw failure;
        state.set('offline');
        isBegun = true;
        begun.resolve();
        await Promise.race([wake.promise, systemClock.sleep(DELTA_PAUSE_MS, over.signal)]);
        wake = Promise.withResolvers();
      }
    }
  };
  // It ends with the signal's reason, when it is closed.
  void follow().catch(() => undefined);
  addEventListener('online', look);

  return {
    state,
    begun: begun.promise,
    lastSeq: (namespaceId) => seqs.get(namespaceId),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      removeEventListener('online', look);
      socket.close();
      over.abort();
    },
  };
}

interface DeltaReading {
  readonly api: ApiClient;
  readonly tell: (news: LiveNews) => void;
}

/** Reads on from the cursor as far as there is something, and answers the next one. */
async function readDelta(
  { api, tell }: DeltaReading,
  from: Cursor | undefined,
  signal: AbortSignal,
): Promise<Cursor | undefined> {
  let cursor = from;
  for (let page = 0; cursor !== undefined && page < DELTA_PAGES_MAX; page++) {
    const answer = await api.listChanges({ query: { cursor, limit: String(DELTA_PAGE_ENTRIES) }, signal });
    if (!answer.ok) break;
    const { changes, hasMore, toList = [], left = [] } = answer.value;
    cursor = answer.value.cursor;
    if (changes.length > 0) tell({ kind: 'changes', changes });
    if (toList.length > 0 || left.length > 0) tell({ kind: 'lost' });
    if (!hasMore) return cursor;
  }
  const head = await api.getCursor({ signal });
  tell({ kind: 'lost' });
  return head.ok ? head.value.cursor : undefined;
}

async function poll(api: ApiClient, cursor: Cursor | undefined, signal: AbortSignal): Promise<void> {
  if (cursor === undefined) return systemClock.sleep(DELTA_PAUSE_MS, signal);
  const answer = await api.waitForChanges({ query: { cursor, timeout: String(POLL_SECONDS) }, signal });
  if (!answer.ok) await systemClock.sleep(Math.max(RECONNECT_MS_MIN, DELTA_PAUSE_MS), signal);
}
