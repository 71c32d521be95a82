import { systemClock } from '@syncline/client';
import { encodeUlid, type NamespaceId, type Node, type NodeId } from '@syncline/protocol';
import { describeBrowser } from '../session/describe-browser.ts';
import type { LiveChanges } from '../session/live-changes.ts';
import type { SignedIn } from '../session/session.ts';
import { type WatchedValue, watchedValue } from '../session/watched-value.ts';
import type { ChangeJournal } from './change-journal.ts';
import { chooseFor, discardChange, forgetReports, retryStuck } from './change-queue.ts';
import type { RunnerDependencies } from './change-runner.ts';
import { createSender } from './change-sender.ts';
import { createIndexedDbChangeJournal } from './indexed-db-change-journal.ts';
import { openKeptChunks } from './kept-chunks.ts';
import { KeptFiles } from './kept-files.ts';
import { openKeptStore } from './kept-store.ts';
import { CHANGE_BYTES_MAX, CHANGES_BYTES_MAX, CHANGES_MAX } from './limits.ts';
import type { ChangeQueue, ConflictChoice, Edit, OfflineChange } from './offline-change.ts';
import { openOfflineDatabase } from './offline-database.ts';
import { changeOfLocalRev, waitingNodes } from './overlay-listing.ts';

/** A change as a person makes it. */
export interface NewChange {
  readonly edit: Edit;
  readonly after: Node;
  readonly content?: Blob | undefined;
}

/** What this browser has without a network, for one account: what is kept, and what waits to be sent. */
export interface Offline {
  readonly queue: Pick<WatchedValue<ChangeQueue>, 'get' | 'subscribe'>;
  readonly kept: KeptFiles;
  readonly isOnline: () => boolean;
  /** A node as it is shown here, from what waits and what is kept. */
  node(nodeId: NodeId): Node | undefined;
  /** The last entry of a journal that is known here. */
  lastSeq(namespaceId: NamespaceId): number | undefined;
  /** Whether a change goes into the queue: there is no network, or something waits before it. */
  isQueueing(): boolean;
  /** Writes changes down, all or none, and sends them as soon as it can be. `too-much`: beyond CHANGES_MAX or the bytes that can wait; nothing was taken. */
  add(changes: readonly NewChange[]): Promise<'added' | 'too-much'>;
  choose(id: string, choice: ConflictChoice, isForAll: boolean): Promise<void>;
  retry(): Promise<void>;
  discard(id: string): Promise<void>;
  forgetReports(): Promise<void>;
  /** Bytes that wait, by the id of their change. */
  contentOf(id: string): Promise<Blob | undefined>;
  /** Bytes that wait, by the revision that they have here. */
  readonly localContent: (nodeId: NodeId, rev: number) => Promise<Blob | undefined>;
  close(): void;
}

export interface OfflineDependencies {
  readonly signedIn: SignedIn;
  readonly live: LiveChanges;
  /** Told of nodes as they are after a commit. */
  readonly onNode: (node: Node) => void;
}

/** @throws DOMException when the browser keeps nothing, as some do in private windows. */
export async function openOffline(dependencies: OfflineDependencies): Promise<Offline> {
  const { signedIn, live } = dependencies;
  const { accountId } = signedIn.account;
  const database = await openOfflineDatabase(accountId);
  const journal = createIndexedDbChangeJournal(database);
  const queue = watchedValue<ChangeQueue>(await journal.read());
  const isOnline = (): boolean => navigator.onLine && live.state.get() !== 'offline';
  const tabs = new BroadcastChannel(`syncline-offline-${accountId}`);
  const kept = openKept(signedIn, { database, isOnline, announce: () => tabs.postMessage('kept') });
  await kept.load();
  const over = new AbortController();
  const show = (next: ChangeQueue): void => {
    queue.set(next);
    tabs.postMessage('queue');
  };
  const work = runnerDependencies(dependencies, { journal, kept, show });
  const isWaiting = (): boolean => queue.get().changes.length > 0;
  const way = { name: `syncline-changes-${accountId}`, isOnline, isWaiting, signal: over.signal };
  const send = createSender(work, way);
  tabs.addEventListener('message', ({ data }) => {
    if (data === 'queue') void journal.read().then(queue.set);
    else void kept.load();
  });
  const unfollow = follow(live, kept, send);
  const update = async (change: (present: ChangeQueue) => ChangeQueue): Promise<void> => {
    show(await journal.update(change));
    send();
  };
  return {
    queue,
    kept,
    isOnline,
    node: (nodeId) => waitingNodes(queue.get()).get(nodeId) ?? kept.node(nodeId),
    lastSeq: (namespaceId) => live.lastSeq(namespaceId) ?? kept.lastSeq(namespaceId),
    isQueueing: () => !isOnline() || isWaiting(),
    async add(changes) {
      if (!(await isRoomFor(journal, queue.get(), changes))) return 'too-much';
      show(await journal.add(changes.map(changeOf)));
      send();
      return 'added';
    },
    choose: (id, choice, isForAll) => update((present) => chooseFor(present, id, { choice, isForAll })),
    retry: () => update(retryStuck),
    discard: (id) => update((present) => discardChange(present, id)),
    forgetReports: () => update(forgetReports),
    contentOf: (id) => journal.content(id),
    async localContent(nodeId, rev) {
      const change = changeOfLocalRev(queue.get(), nodeId, rev);
      return change === undefined ? undefined : journal.content(change.id);
    },
    close() {
      over.abort();
      unfollow();
      kept.close();
      tabs.close();
      database.close();
    },
  };
}

function changeOf({ edit, after, content }: NewChange) {
  const change: OfflineChange = {
    id: encodeUlid(crypto.getRandomValues(new Uint8Array(16))),
    order: 0,
    madeAtMs: systemClock.now(),
    edit,
    after,
    attempt: 0,
    state: 'waiting',
    preparations: 0,
  };
  return { change, content };
}

function runnerDependencies(
  { signedIn, onNode }: OfflineDependencies,
  own: { readonly journal: ChangeJournal; readonly kept: KeptFiles; readonly show: (queue: ChangeQueue) => void },
): RunnerDependencies {
  const { account, api } = signedIn;
  return {
    api,
    journal: own.journal,
    // What cuts and sends files is loaded with the first one.
    store: async (content, to) => (await import('./store-content.ts')).storeContent(api, content, to),
    homeNamespaceId: account.homeNamespaceId,
    deviceName: describeBrowser(navigator.userAgent),
    onNode(node) {
      onNode(node);
      void own.kept.see([node]);
    },
    onQueue: own.show,
  };
}

function openKept(
  { api, account }: SignedIn,
  own: { readonly database: IDBDatabase; readonly isOnline: () => boolean; readonly announce: () => void },
): KeptFiles {
  return new KeptFiles({
    api,
    store: openKeptStore(own.database),
    chunks: openKeptChunks(account.accountId),
    // What reads chunks, and opens compressed ones, is loaded with the first one.
    fetch: async (chunk) => (await import('./fetch-kept.ts')).fetchKept(chunk),
    alone: (task) => navigator.locks.request(`syncline-keeping-${account.accountId}`, task),
    isOnline: own.isOnline,
    announce: own.announce,
  });
}

/** The journal keeps right what is kept; after a time without it everything is looked at anew, and what waits is sent. */
function follow(live: LiveChanges, kept: KeptFiles, send: () => void): () => void {
  let wasOffline = true;
  const look = (): void => {
    const isOffline = live.state.get() === 'offline';
    if (wasOffline && !isOffline) kept.refresh();
    wasOffline = isOffline;
    if (!isOffline) send();
  };
  const unsubscribe = live.subscribe((news) => {
    if (news.kind === 'lost') kept.refresh();
    else
      void kept.see(
        news.changes.map(({ node }) => node),
        news.changes,
      );
  });
  const unwatch = live.state.subscribe(look);
  look();
  return () => {
    unsubscribe();
    unwatch();
  };
}

async function isRoomFor(
  journal: ChangeJournal,
  { changes }: ChangeQueue,
  added: readonly NewChange[],
): Promise<boolean> {
  if (changes.length + added.length > CHANGES_MAX) return false;
  let bytes = 0;
  for (const { content } of added) {
    if (content !== undefined && content.size > CHANGE_BYTES_MAX) return false;
    bytes += content?.size ?? 0;
  }
  for (const { edit, id } of changes) if (edit.type === 'put') bytes += (await journal.content(id))?.size ?? 0;
  return bytes <= CHANGES_BYTES_MAX;
}
