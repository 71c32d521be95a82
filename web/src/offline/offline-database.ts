import { KEPT_CHUNKS_PREFIX } from '../content/kept-chunk.ts';
import { openDatabase } from '../transfers/indexed-db.ts';

const PREFIX = 'syncline-offline-';

/** Stores of an account's offline data. */
export const OFFLINE_STORES = ['changes', 'contents', 'queue', 'marks', 'nodes', 'manifests'] as const;
export type OfflineStoreName = (typeof OFFLINE_STORES)[number];

/** The offline data of an account in this browser profile, which no other account opens. */
export function openOfflineDatabase(accountId: string): Promise<IDBDatabase> {
  return openDatabase(PREFIX + accountId, OFFLINE_STORES);
}

/** The name of the cache with the bytes. */
export function keptChunksName(accountId: string): string {
  return KEPT_CHUNKS_PREFIX + accountId;
}

/** The name of the database in which it is kept when pictures of the account were taken. */
export function photoDatesName(accountId: string): string {
  return `syncline-photos-${accountId}`;
}

/** Runs writes over several stores in one transaction; resolves once all of them are kept. @throws when there is no room. */
export function writeAll(
  database: IDBDatabase,
  names: readonly OfflineStoreName[],
  write: (stores: (name: OfflineStoreName) => IDBObjectStore) => void,
): Promise<void> {
  const transaction = database.transaction(names, 'readwrite');
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('the database failed')));
    write((name) => transaction.objectStore(name));
  });
}

/** Removes all that the account keeps, also what waits to be sent. */
export async function dropOfflineData(accountId: string): Promise<void> {
  await dropKeptContents(accountId);
  await dropDatabase(PREFIX + accountId);
}

/** Removes what can be read again: contents and the lists of them. What waits to be sent stays, for the same account alone. */
export async function dropKept(accountId: string): Promise<void> {
  await dropKeptContents(accountId);
  const database = await openOfflineDatabase(accountId);
  await writeAll(database, ['marks', 'nodes', 'manifests'], (store) => {
    for (const name of ['marks', 'nodes', 'manifests'] as const) store(name).clear();
  });
  database.close();
}

/** Contents of other accounts, which a browser that was ended in the middle of a sign-out may have left. */
export async function dropOthers(accountId: string): Promise<void> {
  const { databases } = indexedDB as { readonly databases?: () => Promise<IDBDatabaseInfo[]> };
  const all = databases === undefined ? [] : await indexedDB.databases();
  const others = all.flatMap(({ name = '' }) => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []));
  for (const other of others) if (other !== accountId) await dropKept(other);
}

async function dropKeptContents(accountId: string): Promise<void> {
  await caches.delete(keptChunksName(accountId));
  await dropDatabase(photoDatesName(accountId));
}

function dropDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    // Another tab that has it open is on its way to close it: it goes then.
    for (const event of ['success', 'error', 'blocked']) request.addEventListener(event, () => resolve());
  });
}
