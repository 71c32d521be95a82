import type { ChangeQueue, OfflineChange } from './offline-change.ts';

/** Keeps the queue over reloads and crashes, for all tabs of an account. Each call is atomic, and kept once it resolves. */
export interface ChangeJournal {
  read(): Promise<ChangeQueue>;
  /** Precondition: `change` is a pure function. */
  update(change: (queue: ChangeQueue) => ChangeQueue): Promise<ChangeQueue>;
  /** Adds changes by `addChange`, each with the bytes of a put: all of them or none. @throws when there is no room. */
  add(added: readonly { readonly change: OfflineChange; readonly content?: Blob | undefined }[]): Promise<ChangeQueue>;
  /** Bytes of a put that waits. */
  content(id: string): Promise<Blob | undefined>;
}
