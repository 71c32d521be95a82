import { resultOf } from '../transfers/indexed-db.ts';
import type { ChangeJournal } from './change-journal.ts';
import { addChange } from './change-queue.ts';
import { type ChangeQueue, NO_CHANGES, type OfflineChange } from './offline-change.ts';
import { writeAll } from './offline-database.ts';

const META = 'meta';
const STORES = ['changes', 'contents', 'queue'] as const;

interface ContentRow {
  readonly id: string;
  readonly content: Blob;
}

/** One row for each change and each content, and one for what belongs to all: so a step of a long queue writes little. */
export function createIndexedDbChangeJournal(database: IDBDatabase): ChangeJournal {
  const step = async (
    change: (queue: ChangeQueue) => ChangeQueue,
    contents: readonly ContentRow[],
  ): Promise<ChangeQueue> => {
    let next = NO_CHANGES;
    await writeAll(database, STORES, (store) => {
      const meta = store('queue').get(META);
      const rows = store('changes').getAll() as IDBRequest<OfflineChange[]>;
      // The requests of a transaction are answered in their order.
      rows.addEventListener('success', () => {
        const present = queueOf(rows.result, meta.result);
        next = change(present);
        writeDifference(store, present, next);
        for (const row of contents) store('contents').put(row);
      });
    });
    return next;
  };
  return {
    async read() {
      const transaction = database.transaction(STORES);
      const meta = resultOf<unknown>(transaction.objectStore('queue').get(META));
      const rows = resultOf(transaction.objectStore('changes').getAll() as IDBRequest<OfflineChange[]>);
      return queueOf(await rows, await meta);
    },
    update: (change) => step(change, []),
    add: (added) =>
      step(
        (queue) => added.reduce((grown, { change }) => addChange(grown, change), queue),
        added.flatMap(({ change, content }) => (content === undefined ? [] : [{ id: change.id, content }])),
      ),
    async content(id) {
      const rows = database.transaction('contents').objectStore('contents');
      return (await resultOf(rows.get(id) as IDBRequest<ContentRow | undefined>))?.content;
    },
  };
}

function queueOf(rows: readonly OfflineChange[], meta: unknown): ChangeQueue {
  const kept = (meta ?? NO_CHANGES) as Omit<ChangeQueue, 'changes'>;
  return { ...NO_CHANGES, ...kept, changes: rows.toSorted((a, b) => a.order - b.order) };
}

function writeDifference(
  store: (name: (typeof STORES)[number]) => IDBObjectStore,
  before: ChangeQueue,
  after: ChangeQueue,
): void {
  const old = new Map(before.changes.map((change) => [change.id, change]));
  for (const change of after.changes) {
    if (old.get(change.id) !== change) store('changes').put(change);
    old.delete(change.id);
  }
  for (const id of old.keys()) {
    store('changes').delete(id);
    store('contents').delete(id);
  }
  const { changes: _, ...meta } = after;
  store('queue').put({ ...meta, id: META });
}
