import type { SessionDatabase } from './session-database.ts';

const NAME = 'syncline';
const STORE = 'session';

/** Opens it, or makes it. @throws DOMException when the browser keeps nothing, as some do in private windows. */
export async function openSessionDatabase(): Promise<SessionDatabase> {
  const opening = indexedDB.open(NAME, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE));
  const database = await finished(opening);
  const store = (mode: IDBTransactionMode) => database.transaction(STORE, mode).objectStore(STORE);
  return {
    read: (key) => finished<unknown>(store('readonly').get(key)),
    async write(key, value) {
      await finished(store('readwrite').put(value, key));
    },
    async remove(key) {
      await finished(store('readwrite').delete(key));
    },
  };
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('the browser keeps nothing')));
  });
}
