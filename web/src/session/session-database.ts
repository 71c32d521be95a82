/**
 * What one browser profile keeps about its sign-in, in IndexedDB: it is readable by this origin alone, is no cookie that travels,
 * and unlike localStorage a worker can read it too.
 * Source: docs/decisions/0160-sign-in-in-a-browser.md
 */
export interface SessionDatabase {
  read(key: SessionKey): Promise<unknown>;
  write(key: SessionKey, value: unknown): Promise<void>;
  remove(key: SessionKey): Promise<void>;
}

export type SessionKey = 'refresh-token' | 'device-id' | 'last-seen';
