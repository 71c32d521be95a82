/** Opens a database of this origin, with these stores, whose rows have an `id`. */
export function openDatabase(name: string, stores: readonly string[]): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.addEventListener('upgradeneeded', () => {
    for (const store of stores) request.result.createObjectStore(store, { keyPath: 'id' });
  });
  return resultOf(request);
}

/** @throws what the browser says, such as that there is no room. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('the database failed')));
  });
}

/** Runs writes in one transaction; resolves once they are kept. */
export function writeTo(database: IDBDatabase, store: string, write: (rows: IDBObjectStore) => void): Promise<void> {
  const transaction = database.transaction(store, 'readwrite');
  write(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('the database failed')));
  });
}
