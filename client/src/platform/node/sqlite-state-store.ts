import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type ContentHash, Cursor, epochMs, NamespaceId, type NodeId, Role } from '@syncline/protocol';
import {
  BEGINNING,
  type EngineState,
  type MountedNamespace,
  type Position,
  type StateDifference,
  type StateStore,
} from '../../engine/ports.ts';
import type { LocalIdentity, RemoteNode, SyncedNode } from '../../engine/trees.ts';
import { STATE_ROWS_PER_PAGE } from './limits.ts';

/** Raised with every change of the tables. A database of another version is not read: the trees are rebuilt by merging. */
const SCHEMA_VERSION = 4;

/**
 * Rows stay in the order in which they came, which is for the most part that of the folders: what is loaded together lies together
 * in memory, and a look at the disk goes through it from folder to folder in half of the time that it takes in the order of ids.
 */
const SCHEMA = `
  CREATE TABLE remote (
    nodeId TEXT NOT NULL, parentId TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, rev INTEGER NOT NULL,
    contentRev INTEGER NOT NULL, size INTEGER NOT NULL, contentHash TEXT, executable INTEGER NOT NULL, modifiedAtMs INTEGER,
    mounted TEXT
  ) STRICT;
  CREATE TABLE synced (
    nodeId TEXT NOT NULL, parentId TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, rev INTEGER NOT NULL,
    contentRev INTEGER NOT NULL, size INTEGER NOT NULL, contentHash TEXT, executable INTEGER NOT NULL,
    device INTEGER NOT NULL, inode INTEGER NOT NULL, birthNs INTEGER NOT NULL, localSize INTEGER NOT NULL,
    mtimeNs INTEGER NOT NULL, ctimeNs INTEGER NOT NULL, localName TEXT, mounted TEXT
  ) STRICT;
  CREATE UNIQUE INDEX remoteIds ON remote (nodeId);
  CREATE UNIQUE INDEX syncedIds ON synced (nodeId);
  CREATE TABLE position (
    id INTEGER PRIMARY KEY CHECK (id = 1), cursor TEXT, seq INTEGER NOT NULL, lamport INTEGER NOT NULL,
    savedAt INTEGER, bootedAt INTEGER
  ) STRICT;
  CREATE TABLE mounted (namespaceId TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, role TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** A database of the version before mounts were synced: nothing of it has to be found out again but what the service has. */
const FROM_VERSION_2 = `
  ALTER TABLE remote ADD COLUMN mounted TEXT;
  ALTER TABLE synced ADD COLUMN mounted TEXT;
  DELETE FROM remote WHERE kind = 'mount';
  UPDATE position SET cursor = NULL;
  CREATE TABLE mounted (namespaceId TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, role TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** A database of the version before losses of power were looked for. */
const FROM_VERSION_3 = `
  ALTER TABLE position ADD COLUMN savedAt INTEGER;
  ALTER TABLE position ADD COLUMN bootedAt INTEGER;
`;

const AGREED = ['nodeId', 'parentId', 'name', 'kind', 'rev', 'contentRev', 'size', 'contentHash', 'executable'];
const IDENTITY = ['device', 'inode', 'birthNs', 'localSize', 'mtimeNs', 'ctimeNs'];

/** Numbers as REAL, which is exact for them and comes as a number where integers come as bigints. */
const AGREED_COLUMNS = `
  nodeId, parentId, name, kind = 'folder', CAST(rev AS REAL), CAST(contentRev AS REAL), CAST(size AS REAL), contentHash, executable`;
const REMOTE_COLUMNS = `${AGREED_COLUMNS}, CAST(modifiedAtMs AS REAL), mounted`;
const SYNCED_COLUMNS = `${AGREED_COLUMNS}, device, inode, birthNs, CAST(localSize AS REAL), mtimeNs, ctimeNs, localName, mounted`;

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
  /** What was saved last: it seldom is another one. */
  #mounted: Position['mounted'] | undefined;

  /** Reads all of it, so that a damaged file is noticed now. @throws what SQLite says of the file; nothing is left open then. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    try {
      this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;');
      this.#prepareSchema();
      this.#setRemote = this.#database.prepare(upsert('remote', [...AGREED, 'modifiedAtMs', 'mounted']));
      this.#removeRemote = this.#database.prepare('DELETE FROM remote WHERE nodeId = ?');
      this.#setSynced = this.#database.prepare(upsert('synced', [...AGREED, ...IDENTITY, 'localName', 'mounted']));
      this.#removeSynced = this.#database.prepare('DELETE FROM synced WHERE nodeId = ?');
      this.#setPosition = this.#database.prepare('INSERT OR REPLACE INTO position VALUES (1,?,?,?,?,?)');
      this.#unread = this.#read();
      // Goes through all pages of the indexes, which loading does not need.
      this.#database.exec('SELECT count(*) FROM remote INDEXED BY remoteIds');
      this.#database.exec('SELECT count(*) FROM synced INDEXED BY syncedIds');
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
      for (const [nodeId, node] of difference.remote) {
        if (node === undefined) this.#removeRemote.run(nodeId);
        else this.#setRemote.run(...remoteRow(node));
      }
      for (const [nodeId, node] of difference.synced) {
        if (node === undefined) this.#removeSynced.run(nodeId);
        else this.#setSynced.run(...syncedRow(node));
      }
      const { cursor, seq, lamport, saved } = difference.position;
      this.#setPosition.run(cursor ?? null, seq, lamport, saved?.at ?? null, saved?.bootedAt ?? null);
      this.#saveMounted(difference.position.mounted);
      this.#database.exec('COMMIT');
      this.#mounted = difference.position.mounted;
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
    for (const rows of this.#pages<RemoteRow>('remote', REMOTE_COLUMNS)) {
      for (const row of rows) remote.push(reader.remote(row));
    }
    const synced: SyncedNode[] = [];
    const twins = new Twins(remote);
    for (const rows of this.#pages<SyncedRow>('synced', SYNCED_COLUMNS)) {
      for (const row of rows) synced.push(reader.synced(row, twins.of(row[1])));
    }
    return { remote, synced, position: this.#readPosition() };
  }

  /** All rows, but not all at once: each is garbage as soon as it is a node. */
  *#pages<T extends readonly [bigint, ...unknown[]]>(table: string, columns: string): Generator<readonly T[]> {
    const page = this.#database.prepare(
      `SELECT rowid, ${columns} FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ${STATE_ROWS_PER_PAGE}`,
    );
    page.setReadBigInts(true);
    page.setReturnArrays(true);
    for (let last = 0n; ; ) {
      const rows = page.all(last) as unknown as readonly T[];
      yield rows;
      const end = rows.at(-1);
      if (end === undefined || rows.length < STATE_ROWS_PER_PAGE) return;
      last = end[0];
    }
  }

  #saveMounted(mounted: Position['mounted']): void {
    if (mounted === this.#mounted) return;
    this.#database.exec('DELETE FROM mounted');
    const insert = this.#database.prepare('INSERT INTO mounted VALUES (?,?,?)');
    for (const [namespaceId, { seq, role }] of mounted) insert.run(namespaceId, seq, role);
  }

  #readPosition(): Position {
    const row = this.#database.prepare('SELECT * FROM position').get();
    if (row === undefined) return BEGINNING;
    const cursor = row['cursor'] === null ? undefined : Cursor.parse(row['cursor']);
    const mounted = new Map<NamespaceId, MountedNamespace>();
    for (const { namespaceId, seq, role } of this.#database.prepare('SELECT * FROM mounted').all()) {
      mounted.set(NamespaceId.parse(namespaceId), { seq: Number(seq), role: Role.parse(role) });
    }
    const [at, bootedAt] = [row['savedAt'], row['bootedAt']];
    const saved =
      typeof at === 'number' && typeof bootedAt === 'number'
        ? { saved: { at: epochMs(at), bootedAt: epochMs(bootedAt) } }
        : {};
    return { cursor, seq: Number(row['seq']), lamport: Number(row['lamport']), mounted, ...saved };
  }

  #prepareSchema(): void {
    const version = Number(this.#database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    if (version === SCHEMA_VERSION) return;
    const change =
      version === 3
        ? FROM_VERSION_3
        : version === 2
          ? FROM_VERSION_2 + FROM_VERSION_3
          : `DROP TABLE IF EXISTS remote; DROP TABLE IF EXISTS synced; DROP TABLE IF EXISTS position;
           DROP TABLE IF EXISTS mounted; ${SCHEMA}`;
    this.#database.exec(`
      BEGIN EXCLUSIVE;
      ${change}
      PRAGMA user_version = ${SCHEMA_VERSION};
      COMMIT;
    `);
  }
}

/** Sets a row; one that is there keeps its place in the order. */
function upsert(table: 'remote' | 'synced', columns: readonly string[]): string {
  const values = columns.map(() => '?').join(', ');
  const changes = columns.map((column) => `${column} = excluded.${column}`).join(', ');
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values}) ON CONFLICT (nodeId) DO UPDATE SET ${changes}`;
}

function remoteRow(node: RemoteNode): SQLInputValue[] {
  return [...agreedColumns(node), node.modifiedAtMs ?? null, node.mounted ?? null];
}

function syncedRow(node: SyncedNode): SQLInputValue[] {
  const { device, inode, birthNs, size, mtimeNs, ctimeNs } = node.identity;
  return [
    ...agreedColumns(node),
    device,
    inode,
    birthNs,
    size,
    mtimeNs,
    ctimeNs,
    node.localName ?? null,
    node.mounted ?? null,
  ];
}

function agreedColumns(node: RemoteNode | SyncedNode): SQLInputValue[] {
  const { nodeId, parentId, name, kind, rev, contentRev, size, contentHash, executable } = node;
  return [nodeId, parentId, name, kind, rev, contentRev, size, contentHash ?? null, executable ? 1 : 0];
}

/** The number of the row and its columns, in the order of AGREED_COLUMNS and of what follows them. */
type AgreedRow = readonly [bigint, string, string, string, bigint, number, number, number, string | null, bigint];
type RemoteRow = readonly [...AgreedRow, modifiedAtMs: number | null, mounted: string | null];
type SyncedRow = readonly [...AgreedRow, bigint, bigint, bigint, number, bigint, bigint, string | null, string | null];

/** Makes nodes of rows. What is equal becomes one object: nodes are many and stay, and take half of the memory so. */
class NodeReader {
  readonly #folderIds = new Map<string, NodeId>();
  #device = 0n;

  remote(row: RemoteRow): RemoteNode {
    const isFolder = row[4] === 1n;
    return {
      nodeId: isFolder ? this.#folderId(row[1]) : (row[1] as NodeId),
      parentId: this.#folderId(row[2]),
      name: row[3],
      kind: isFolder ? 'folder' : 'file',
      rev: row[5],
      contentRev: row[6],
      size: row[7],
      contentHash: row[8] === null ? undefined : (row[8] as ContentHash),
      executable: row[9] === 1n,
      modifiedAtMs: row[10] ?? undefined,
      ...(row[11] === null ? {} : { mounted: row[11] as NamespaceId }),
    };
  }

  /** `twin` is the remote node of the same id, if there is one. */
  synced(row: SyncedRow, twin: RemoteNode | undefined): SyncedNode {
    const isFolder = row[4] === 1n;
    const contentHash = row[8] === null ? undefined : (row[8] as ContentHash);
    return {
      nodeId: twin?.nodeId ?? (isFolder ? this.#folderId(row[1]) : (row[1] as NodeId)),
      parentId: twin?.parentId === row[2] ? twin.parentId : this.#folderId(row[2]),
      name: twin?.name === row[3] ? twin.name : row[3],
      kind: isFolder ? 'folder' : 'file',
      rev: row[5],
      contentRev: row[6],
      size: row[7],
      contentHash: twin?.contentHash === contentHash ? twin?.contentHash : contentHash,
      executable: row[9] === 1n,
      identity: this.#identity(row),
      ...(row[16] === null ? {} : { localName: row[16] }),
      ...(row[17] === null ? {} : { mounted: row[17] as NamespaceId }),
    };
  }

  #identity(row: SyncedRow): LocalIdentity {
    const mtimeNs = row[14];
    if (row[10] !== this.#device) this.#device = row[10];
    return {
      device: this.#device,
      inode: row[11],
      birthNs: row[12] === mtimeNs ? mtimeNs : row[12],
      size: row[13],
      mtimeNs,
      ctimeNs: row[15] === mtimeNs ? mtimeNs : row[15],
    };
  }

  #folderId(nodeId: string): NodeId {
    const known = this.#folderIds.get(nodeId);
    if (known !== undefined) return known;
    this.#folderIds.set(nodeId, nodeId as NodeId);
    return nodeId as NodeId;
  }
}

/** Finds the remote nodes of the synced ones. Most of both were saved in the same order. */
class Twins {
  readonly #remote: readonly RemoteNode[];
  #next = 0;
  #places: ReadonlyMap<string, number> | undefined;

  constructor(remote: readonly RemoteNode[]) {
    this.#remote = remote;
  }

  of(nodeId: string): RemoteNode | undefined {
    let place = this.#next;
    if (this.#remote[place]?.nodeId !== nodeId) {
      this.#places ??= new Map(this.#remote.map((node, index) => [node.nodeId, index]));
      const found = this.#places.get(nodeId);
      if (found === undefined) return undefined;
      place = found;
    }
    this.#next = place + 1;
    return this.#remote[place];
  }
}
