import { Buffer } from 'node:buffer';
import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { ChunkRef, ContentHash } from '@syncline/protocol';
import { type ChunkPlace, FOUND_PLACES_MAX, type KnownManifests } from '../../transfers/known-manifests.ts';
import { KNOWN_CHUNKS_MAX } from './limits.ts';

/** Raised with every change of the tables. A database of another version is made anew. */
const SCHEMA_VERSION = 1;

/**
 * Of a chunk's hash its first 64 bits are kept: whoever finds a place reads it and hashes what stands there, so a place that is found
 * by chance costs a read. Contents are numbered in the order in which they came; the oldest are forgotten first.
 */
const SCHEMA = `
  CREATE TABLE content (id INTEGER PRIMARY KEY, contentHash BLOB NOT NULL UNIQUE, chunks INTEGER NOT NULL) STRICT;
  CREATE TABLE chunk (
    prefix INTEGER NOT NULL, contentId INTEGER NOT NULL, start INTEGER NOT NULL, PRIMARY KEY (prefix, contentId, start)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Manifests in one SQLite file of a folder, about 30 bytes a chunk and at most KNOWN_CHUNKS_MAX chunks. The file can be deleted at any
 * time. A disk that refuses it is no reason to end a sync: from then on nothing is known, until it is opened again.
 */
export class SqliteKnownManifests implements KnownManifests {
  readonly #chunksMax: number;
  #open: OpenDatabase | undefined;
  #chunks = 0;

  constructor(file: string, options: { readonly chunksMax: number } = { chunksMax: KNOWN_CHUNKS_MAX }) {
    this.#chunksMax = options.chunksMax;
    this.#open = this.#attempt(() => openDatabase(file));
    if (this.#open === undefined) {
      for (const suffix of ['-wal', '-shm', '']) rmSync(file + suffix, { force: true });
      this.#open = this.#attempt(() => openDatabase(file));
    }
    this.#chunks = this.#attempt(() => this.#open?.count()) ?? 0;
  }

  note({ contentHash, chunks }: { readonly contentHash: ContentHash; readonly chunks: readonly ChunkRef[] }): void {
    if (chunks.length < 2 || chunks.length > this.#chunksMax) return;
    const added = this.#attempt(() => this.#open?.add(contentHash, chunks)) ?? 0;
    this.#chunks += added;
    if (this.#chunks <= this.#chunksMax) return;
    this.#chunks = this.#attempt(() => this.#open?.shrink(Math.floor(this.#chunksMax / 2))) ?? 0;
  }

  find(chunk: ChunkRef): readonly ChunkPlace[] {
    // In a folder of small files nothing is known, and to ask for it takes a tenth of what a file does.
    if (this.#chunks === 0) return [];
    return this.#attempt(() => this.#open?.find(chunk)) ?? [];
  }

  close(): void {
    this.#attempt(() => this.#open?.close());
    this.#open = undefined;
  }

  /** Undefined, now and from now on, when SQLite or the disk refuses. @throws any other failure: a defect. */
  #attempt<T>(task: () => T): T | undefined {
    try {
      return task();
    } catch (error) {
      if (!(typeof error === 'object' && error !== null && 'errcode' in error)) throw error;
      this.#open = undefined;
      return undefined;
    }
  }
}

interface OpenDatabase {
  count(): number;
  add(contentHash: ContentHash, chunks: readonly ChunkRef[]): number;
  find(chunk: ChunkRef): readonly ChunkPlace[];
  shrink(chunksMax: number): number;
  close(): void;
}

/** @throws what SQLite says of the file; nothing is left open then. */
function openDatabase(file: string): OpenDatabase {
  const database = new DatabaseSync(file);
  try {
    // What is lost with the power is learned again; a process that dies loses nothing.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA busy_timeout = 5000;');
    prepareSchema(database);
    return statementsOf(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepareSchema(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version === SCHEMA_VERSION) return;
  database.exec(`
    BEGIN EXCLUSIVE;
    DROP TABLE IF EXISTS content; DROP TABLE IF EXISTS chunk;
    ${SCHEMA}
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT;
  `);
}

function statementsOf(database: DatabaseSync): OpenDatabase {
  const addContent = database.prepare('INSERT OR IGNORE INTO content (contentHash, chunks) VALUES (?, ?)');
  const addChunk = database.prepare('INSERT OR IGNORE INTO chunk VALUES (?, ?, ?)');
  const findPlaces = database.prepare(`
    SELECT contentHash, start FROM chunk JOIN content ON content.id = chunk.contentId
    WHERE prefix = ? ORDER BY contentId DESC, start LIMIT ${FOUND_PLACES_MAX}`);
  const sum = database.prepare('SELECT coalesce(sum(chunks), 0) AS chunks FROM content');
  const count = (): number => Number(sum.get()?.['chunks']);
  return {
    count,
    add: (contentHash, chunks) =>
      inTransaction(database, () => addManifest({ addContent, addChunk }, contentHash, chunks)),
    find: ({ hash }) =>
      findPlaces.all(prefixOf(hash)).map((row) => ({
        contentHash: Buffer.from(row['contentHash'] as Uint8Array).toString('hex') as ContentHash,
        start: Number(row['start']),
      })),
    shrink: (chunksMax) => inTransaction(database, () => forgetOldest(database, count() - chunksMax)),
    close: () => database.close(),
  };
}

/** Answers how many chunks came in; none of a content that is known. */
function addManifest(
  { addContent, addChunk }: { readonly addContent: StatementSync; readonly addChunk: StatementSync },
  contentHash: ContentHash,
  chunks: readonly ChunkRef[],
): number {
  const { changes, lastInsertRowid } = addContent.run(Buffer.from(contentHash, 'hex'), chunks.length);
  if (Number(changes) === 0) return 0;
  let start = 0;
  for (const { hash, size } of chunks) {
    addChunk.run(prefixOf(hash), lastInsertRowid, start);
    start += size;
  }
  return chunks.length;
}

/** Forgets the oldest contents until so many chunks are gone; answers how many are left. */
function forgetOldest(database: DatabaseSync, surplus: number): number {
  const row = database
    .prepare(
      `SELECT min(id) AS first FROM
        (SELECT id, sum(chunks) OVER (ORDER BY id) AS upTo FROM content) WHERE upTo > ?`,
    )
    .get(surplus);
  const first = Number(row?.['first'] ?? 0);
  database.prepare('DELETE FROM content WHERE id < ?').run(first);
  database.prepare('DELETE FROM chunk WHERE contentId < ?').run(first);
  return Number(database.prepare('SELECT coalesce(sum(chunks), 0) AS chunks FROM content').get()?.['chunks']);
}

function inTransaction<T>(database: DatabaseSync, task: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = task();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** The first 64 bits of a hash, as SQLite keeps integers. */
function prefixOf(hash: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${hash.slice(0, 16)}`));
}
