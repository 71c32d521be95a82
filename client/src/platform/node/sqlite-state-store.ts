import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type ContentHash, Cursor, type NodeId } from '@syncline/protocol';
import type { EngineState, Position, StateDifference, StateStore } from '../../engine/ports.ts';
import type { LocalIdentity, RemoteNode, SyncedNode } from '../../engine/trees.ts';
import { STATE_ROWS_PER_PAGE } from './limits.ts';

/** Raised with every change of the tables. A database of another version is not read: the trees are rebuilt by merging. */
const SCHEMA_VERSION = 2;

const SCHEMA = `
  CREATE TABLE remote (
    nodeId TEXT PRIMARY KEY, parentId TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, rev INTEGER NOT NULL,
    contentRev INTEGER NOT NULL, size INTEGER NOT NULL, contentHash TEXT, executable INTEGER NOT NULL, modifiedAtMs INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE synced (
    nodeId TEXT PRIMARY KEY, parentId TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, rev INTEGER NOT NULL,
    contentRev INTEGER NOT NULL, size INTEGER NOT NULL, contentHash TEXT, executable INTEGER NOT NULL,
    device INTEGER NOT NULL, inode INTEGER NOT NULL, birthNs INTEGER NOT NULL, localSize INTEGER NOT NULL,
    mtimeNs INTEGER NOT NULL, ctimeNs INTEGER NOT NULL, localName TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE position (id INTEGER PRIMARY KEY CHECK (id = 1), cursor TEXT, seq INTEGER NOT NULL, lamport INTEGER NOT NULL) STRICT;
`;

/** Numbers as REAL, which is exact for them and comes as a number where integers come as bigints. */
const AGREED_COLUMNS = `
  nodeId, parentId, name, kind = 'folder', CAST(rev AS REAL), CAST(contentRev AS REAL), CAST(size AS REAL), contentHash, executable`;
const REMOTE_COLUMNS = `${AGREED_COLUMNS}, CAST(modifiedAtMs AS REAL)`;
const SYNCED_COLUMNS = `${AGREED_COLUMNS}, device, inode, birthNs, CAST(localSize AS REAL), mtimeNs, ctimeNs, localName`;

/** The engine's memory of one folder, in one SQLite file. It can be deleted at any time: what it says is found out again. */
export class SqliteStateStore implements StateStore {
  readonly #database: DatabaseSync;
  readonly #setRemote: StatementSync;
  readonly #removeRemote: StatementSync;
  readonly #setSynced: StatementSync;
  readonly #removeSynced: StatementSync;
  readonly #setPosition: StatementSync;
  /** What was read at the start, until it is asked for. */
  #unread: EngineState | undefined;

  /** Reads all of it, so that a damaged file is noticed now. @throws what SQLite says of the file; nothing is left open then. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    try {
      this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;');
      this.#prepareSchema();
      this.#setRemote = this.#database.prepare('INSERT OR REPLACE INTO remote VALUES (?,?,?,?,?,?,?,?,?,?)');
      this.#removeRemote = this.#database.prepare('DELETE FROM remote WHERE nodeId = ?');
      this.#setSynced = this.#database.prepare(
        'INSERT OR REPLACE INTO synced VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)',
      );
      this.#removeSynced = this.#database.prepare('DELETE FROM synced WHERE nodeId = ?');
      this.#setPosition = this.#database.prepare('INSERT OR REPLACE INTO position VALUES (1,?,?,?)');
      this.#unread = this.#read();
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  load(): EngineState {
    const state = this.#unread ?? this.#read();
    this.#unread = undefined;
    return state;
  }

  save(difference: StateDifference): void {
    this.#unread = undefined;
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const [nodeId, node] of inOrder(difference.remote)) {
        if (node === undefined) this.#removeRemote.run(nodeId);
        else this.#setRemote.run(...remoteRow(node));
      }
      for (const [nodeId, node] of inOrder(difference.synced)) {
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

  #read(): EngineState {
    const reader = new NodeReader();
    const remote: RemoteNode[] = [];
    for (const rows of this.#pages<RemoteRow>(`SELECT ${REMOTE_COLUMNS} FROM remote`)) {
      for (const row of rows) remote.push(reader.remote(row));
    }
    const synced: SyncedNode[] = [];
    let next = 0;
    for (const rows of this.#pages<SyncedRow>(`SELECT ${SYNCED_COLUMNS} FROM synced`)) {
      for (const row of rows) {
        // Both come in the order of their ids.
        let twin = remote[next];
        while (twin !== undefined && twin.nodeId < row[0]) twin = remote[++next];
        synced.push(reader.synced(row, twin?.nodeId === row[0] ? twin : undefined));
      }
    }
    return { remote, synced, position: this.#readPosition() };
  }

  /** All rows in the order of their ids, and not all at once: each is garbage as soon as it is a node. */
  *#pages<T extends readonly [string, ...unknown[]]>(select: string): Generator<readonly T[]> {
    const page = this.#database.prepare(`${select} WHERE nodeId > ? ORDER BY nodeId LIMIT ${STATE_ROWS_PER_PAGE}`);
    page.setReadBigInts(true);
    page.setReturnArrays(true);
    for (let last = ''; ; ) {
      const rows = page.all(last) as unknown as readonly T[];
      yield rows;
      const end = rows.at(-1);
      if (end === undefined || rows.length < STATE_ROWS_PER_PAGE) return;
      last = end[0];
    }
  }

  #readPosition(): Position {
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

/** A table is written several times faster in the order of its key. */
function inOrder<T>(nodes: ReadonlyMap<NodeId, T>): Iterable<[NodeId, T]> {
  return nodes.size < 2 ? nodes : [...nodes].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function remoteRow(node: RemoteNode): SQLInputValue[] {
  return [...agreedColumns(node), node.modifiedAtMs ?? null];
}

function syncedRow(node: SyncedNode): SQLInputValue[] {
  const { device, inode, birthNs, size, mtimeNs, ctimeNs } = node.identity;
  return [...agreedColumns(node), device, inode, birthNs, size, mtimeNs, ctimeNs, node.localName ?? null];
}

function agreedColumns(node: RemoteNode | SyncedNode): SQLInputValue[] {
  const { nodeId, parentId, name, kind, rev, contentRev, size, contentHash, executable } = node;
  return [nodeId, parentId, name, kind, rev, contentRev, size, contentHash ?? null, executable ? 1 : 0];
}

/** Columns by their number, in the order of AGREED_COLUMNS and of what follows them. */
type AgreedRow = readonly [string, string, string, bigint, number, number, number, string | null, bigint];
type RemoteRow = readonly [...AgreedRow, modifiedAtMs: number | null];
type SyncedRow = readonly [...AgreedRow, bigint, bigint, bigint, number, bigint, bigint, string | null];

/** Makes nodes of rows. What is equal becomes one object: nodes are many and stay, and take half of the memory so. */
class NodeReader {
  readonly #folderIds = new Map<string, NodeId>();
  #device = 0n;

  remote(row: RemoteRow): RemoteNode {
    const isFolder = row[3] === 1n;
    return {
      nodeId: isFolder ? this.#folderId(row[0]) : (row[0] as NodeId),
      parentId: this.#folderId(row[1]),
      name: row[2],
      kind: isFolder ? 'folder' : 'file',
      rev: row[4],
      contentRev: row[5],
      size: row[6],
      contentHash: row[7] === null ? undefined : (row[7] as ContentHash),
      executable: row[8] === 1n,
      modifiedAtMs: row[9] ?? undefined,
    };
  }

  /** `twin` is the remote node of the same id, if there is one. */
  synced(row: SyncedRow, twin: RemoteNode | undefined): SyncedNode {
    const isFolder = row[3] === 1n;
    const contentHash = row[7] === null ? undefined : (row[7] as ContentHash);
    return {
      nodeId: twin?.nodeId ?? (isFolder ? this.#folderId(row[0]) : (row[0] as NodeId)),
      parentId: twin?.parentId === row[1] ? twin.parentId : this.#folderId(row[1]),
      name: twin?.name === row[2] ? twin.name : row[2],
      kind: isFolder ? 'folder' : 'file',
      rev: row[4],
      contentRev: row[5],
      size: row[6],
      contentHash: twin?.contentHash === contentHash ? twin?.contentHash : contentHash,
      executable: row[8] === 1n,
      identity: this.#identity(row),
      ...(row[15] === null ? {} : { localName: row[15] }),
    };
  }

  #identity(row: SyncedRow): LocalIdentity {
    const mtimeNs = row[13];
    if (row[9] !== this.#device) this.#device = row[9];
    return {
      device: this.#device,
      inode: row[10],
      birthNs: row[11] === mtimeNs ? mtimeNs : row[11],
      size: row[12],
      mtimeNs,
      ctimeNs: row[14] === mtimeNs ? mtimeNs : row[14],
    };
  }

  #folderId(nodeId: string): NodeId {
    const known = this.#folderIds.get(nodeId);
    if (known !== undefined) return known;
    this.#folderIds.set(nodeId, nodeId as NodeId);
    return nodeId as NodeId;
  }
}
