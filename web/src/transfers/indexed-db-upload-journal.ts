import { openDatabase, resultOf, writeTo } from './indexed-db.ts';
import type { UploadJournal, UploadRecord } from './upload-journal.ts';

const UPLOADS = 'uploads';

/** The journal of an account in this browser. Another account does not see it. */
export async function openUploadJournal(accountId: string): Promise<UploadJournal> {
  const database = await openDatabase(`syncline-uploads-${accountId}`, [UPLOADS]);
  return {
    all: () => resultOf(database.transaction(UPLOADS).objectStore(UPLOADS).getAll() as IDBRequest<UploadRecord[]>),
    put: (records) =>
      writeTo(database, UPLOADS, (rows) => {
        for (const record of records) rows.put(record);
      }),
    remove: (ids) =>
      writeTo(database, UPLOADS, (rows) => {
        for (const id of ids) rows.delete(id);
      }),
  };
}
