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
  /** Reads on at once: for whoever knows of a change that no push tells of. */
  look(): void;
  close(): void;
}

/**
 * Follows the journals by their delta. A push says that it is worth looking, and a long-poll does where there is no socket; so a
 * push that is lost, doubled or late does no harm.
 * Source: docs/PROTOCOL.md, R-5
 */
export function followChanges(
  api: ApiClient,
  { isOffline, onRevoked }: { readonly isOffline: boolean; readonly onRevoked: () => void },
): LiveChanges {
  const state = watchedValue<LiveState>(isOffline ? 'offline' : 'connecting');
  const { tell, subscribe, lastSeq } = createNews();
  const over = new AbortController();
  const begun = Promise.withResolvers<void>();
  if (isOffline) begun.resolve();
  const goOffline = (): void => {
    state.set('offline');
    begun.resolve();
  };
  let wake = Promise.withResolvers<void>();
  const look = (): void => wake.resolve();
  const socket = createLiveSocket(api, {
    onOpen() {
      state.set('live');
      look();
    },
    onChanged: look,
    onLost() {
      if (state.get() !== 'offline') state.set('connecting');
      // Whether there is a network at all.
      look();
    },
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
        state.set(socket.isOpen() ? 'live' : 'polling');
        if (socket.isOpen()) await wake.promise;
        else await Promise.race([wake.promise, poll(api, cursor, over.signal)]);
        wake = Promise.withResolvers();
      } catch (failure) {
        over.signal.throwIfAborted();
        if (!(failure instanceof UnavailableError)) throw failure;
        goOffline();
        isBegun = true;
        await Promise.race([wake.promise, systemClock.sleep(DELTA_PAUSE_MS, over.signal)]);
        wake = Promise.withResolvers();
      }
    }
  };
  // It ends with the signal's reason, when it is closed.
  void follow().catch(() => undefined);
  addEventListener('online', look);
  addEventListener('offline', goOffline);

  return {
    state,
    begun: begun.promise,
    lastSeq,
    subscribe,
    look,
    close() {
      removeEventListener('online', look);
      removeEventListener('offline', goOffline);
      socket.close();
      over.abort();
    },
  };
}

/** Tells what is heard, and remembers how far each journal was told. */
function createNews() {
  const listeners = new Set<(news: LiveNews) => void>();
  const seqs = new Map<NamespaceId, number>();
  return {
    tell(this: void, news: LiveNews): void {
      if (news.kind === 'changes') for (const { namespaceId, seq } of news.changes) seqs.set(namespaceId, seq);
      for (const listener of listeners) listener(news);
    },
    lastSeq: (namespaceId: NamespaceId): number | undefined => seqs.get(namespaceId),
    subscribe(this: void, listener: (news: LiveNews) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
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
