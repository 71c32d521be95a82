import type { UploadJournal, UploadRecord } from './upload-journal.ts';

/** Keeps records as long as the page lives: where the browser has no IndexedDB (private windows of some), and in tests. */
export function createMemoryUploadJournal(): UploadJournal {
  const records = new Map<string, UploadRecord>();
  return {
    all: async () => [...records.values()],
    put: async (changed) => {
      for (const record of changed) records.set(record.id, record);
    },
    remove: async (ids) => {
      for (const id of ids) records.delete(id);
    },
  };
}
