import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type ContentHash, Cursor, type NodeId, type NodeKind } from '@syncline/protocol';
import type { EngineState, Position, StateDifference, StateStore } from '../../engine/ports.ts';
import type { RemoteNode, SyncedNode } from '../../engine/trees.ts';

/** Raised with every change of the tables. A database of another version is not read: the trees are rebuilt by merging. */
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE remote (
    nodeId TEXT PRIMARY KEY, parentId TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, rev INTEGER NOT NULL,
    contentRev INTEGER NOT NULL, size INTEGER NOT NULL, contentHash TEXT, executable INTEGER NOT NULL, modifiedAtMs INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE synced (
    nodeId TEXT PRIMARY KEY, parentId TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, rev INTEGER NOT NULL,
    contentRev INTEGER NOT NULL, size INTEGER NOT NULL, contentHash TEXT, executable INTEGER NOT NULL,
    device INTEGER NOT NULL, inode INTEGER NOT NULL, birthNs INTEGER NOT NULL, localSize INTEGER NOT NULL,
    mtimeNs INTEGER NOT NULL, ctimeNs INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE position (id INTEGER PRIMARY KEY CHECK (id = 1), cursor TEXT, seq INTEGER NOT NULL, lamport INTEGER NOT NULL) STRICT;
`;

/** The engine's memory of one folder, in one SQLite file. It can be deleted at any time: what it says is found out again. */
export class SqliteStateStore implements StateStore {
  readonly #database: DatabaseSync;
  readonly #setRemote: StatementSync;
  readonly #removeRemote: StatementSync;
  readonly #setSynced: StatementSync;
  readonly #removeSynced: StatementSync;
  readonly #setPosition: StatementSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;');
    this.#prepareSchema();
    this.#setRemote = this.#database.prepare('INSERT OR REPLACE INTO remote VALUES (?,?,?,?,?,?,?,?,?,?)');
    this.#removeRemote = this.#database.prepare('DELETE FROM remote WHERE nodeId = ?');
    this.#setSynced = this.#database.prepare('INSERT OR REPLACE INTO synced VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)');
    this.#removeSynced = this.#database.prepare('DELETE FROM synced WHERE nodeId = ?');
    this.#setPosition = this.#database.prepare('INSERT OR REPLACE INTO position VALUES (1,?,?,?)');
  }

  load(): EngineState {
    const remote = this.#database.prepare('SELECT * FROM remote').all().map(toRemote);
    const select = this.#database.prepare('SELECT * FROM synced');
    select.setReadBigInts(true);
    return { remote, synced: select.all().map(toSynced), position: this.#loadPosition() };
  }

  save(difference: StateDifference): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const [nodeId, node] of difference.remote) {
        if (node === undefined) this.#removeRemote.run(nodeId);
        else this.#setRemote.run(...remoteRow(node));
      }
      for (const [nodeId, node] of difference.synced) {
        if (node === undefined) this.#removeSynced.run(nodeId);
        else this.#setSynced.run(...syncedRow(node));
      }
      const { cursor, seq, lamport } = difference.position;
      this.#setPosition.run(cursor ?? null, seq, lamport);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }

  #loadPosition(): Position {
    const row = this.#database.prepare('SELECT * FROM position').get();
    if (row === undefined) return { cursor: undefined, seq: 0, lamport: 0 };
    const cursor = row['cursor'] === null ? undefined : Cursor.parse(row['cursor']);
    return { cursor, seq: Number(row['seq']), lamport: Number(row['lamport']) };
  }

  #prepareSchema(): void {
    const version = Number(this.#database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    if (version === SCHEMA_VERSION) return;
    this.#database.exec(`
      BEGIN EXCLUSIVE;
      DROP TABLE IF EXISTS remote; DROP TABLE IF EXISTS synced; DROP TABLE IF EXISTS position;
      ${SCHEMA}
      PRAGMA user_version = ${SCHEMA_VERSION};
      COMMIT;
    `);
  }
}

type Row = Record<string, unknown>;

function remoteRow(node: RemoteNode): SQLInputValue[] {
  return [...agreedColumns(node), node.modifiedAtMs ?? null];
}

function syncedRow(node: SyncedNode): SQLInputValue[] {
  const { device, inode, birthNs, size, mtimeNs, ctimeNs } = node.identity;
  return [...agreedColumns(node), device, inode, birthNs, size, mtimeNs, ctimeNs];
}

function agreedColumns(node: RemoteNode | SyncedNode): SQLInputValue[] {
  const { nodeId, parentId, name, kind, rev, contentRev, size, contentHash, executable } = node;
  return [nodeId, parentId, name, kind, rev, contentRev, size, contentHash ?? null, executable ? 1 : 0];
}

function readAgreed(row: Row) {
  return {
    nodeId: row['nodeId'] as NodeId,
    parentId: row['parentId'] as NodeId,
    name: String(row['name']),
    kind: row['kind'] as NodeKind,
    rev: Number(row['rev']),
    contentRev: Number(row['contentRev']),
    size: Number(row['size']),
    contentHash: row['contentHash'] === null ? undefined : (row['contentHash'] as ContentHash),
    executable: Number(row['executable']) === 1,
  };
}

function toRemote(row: Row): RemoteNode {
  return { ...readAgreed(row), modifiedAtMs: row['modifiedAtMs'] === null ? undefined : Number(row['modifiedAtMs']) };
}

function toSynced(row: Row): SyncedNode {
  return {
    ...readAgreed(row),
    identity: {
      device: row['device'] as bigint,
      inode: row['inode'] as bigint,
      birthNs: row['birthNs'] as bigint,
      size: Number(row['localSize']),
      mtimeNs: row['mtimeNs'] as bigint,
      ctimeNs: row['ctimeNs'] as bigint,
    },
  };
}
