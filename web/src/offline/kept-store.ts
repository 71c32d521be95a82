import type { ChunkRef, NamespaceId, Node } from '@syncline/protocol';
import { resultOf } from '../transfers/indexed-db.ts';
import { writeAll } from './offline-database.ts';

/** Something that a person has marked, and the folders above it, by which one comes to it. */
export interface Mark {
  readonly id: string;
  readonly node: Node;
  readonly trail: readonly Node[];
}

/** Of which chunks a content is, all of which are kept. */
export interface KeptManifest {
  /** `manifestId` */
  readonly id: string;
  readonly nodeId: string;
  readonly size: number;
  readonly contentHash: string;
  readonly chunking: string;
  readonly chunks: readonly ChunkRef[];
}

export interface KeptRows {
  readonly marks: readonly Mark[];
  readonly nodes: readonly Node[];
  readonly manifests: readonly KeptManifest[];
  readonly seqs: Iterable<readonly [NamespaceId, number]>;
}

/** Keeps what is known of what is kept. Each call is atomic. */
export interface KeptStore {
  read(): Promise<KeptRows>;
  putMarks(marks: readonly Mark[]): Promise<void>;
  removeMark(id: string): Promise<void>;
  /** All nodes, in place of those that were there. */
  putNodes(put: readonly Node[], removed: readonly string[]): Promise<void>;
  putSeqs(seqs: ReadonlyMap<NamespaceId, number>): Promise<void>;
  putManifest(manifest: KeptManifest): Promise<void>;
  removeManifests(ids: readonly string[]): Promise<void>;
}

/** A row beside that of the queue. */
const SEQS = 'seqs';

interface SeqsRow {
  readonly seqs: readonly (readonly [NamespaceId, number])[];
}

export function manifestId({ nodeId }: Pick<Node, 'nodeId'>, rev: number): string {
  return `${nodeId}/${rev}`;
}

export function openKeptStore(database: IDBDatabase): KeptStore {
  const all = <T>(name: 'marks' | 'nodes' | 'manifests'): Promise<T[]> =>
    resultOf(database.transaction(name).objectStore(name).getAll() as IDBRequest<T[]>);
  return {
    async read() {
      const rows = await all<{ readonly node: Node }>('nodes');
      const nodes = rows.map(({ node }) => node);
      const queue = database.transaction('queue').objectStore('queue');
      const kept = await resultOf(queue.get(SEQS) as IDBRequest<SeqsRow | undefined>);
      const seqs = kept?.seqs ?? [];
      return { nodes, seqs, marks: await all<Mark>('marks'), manifests: await all<KeptManifest>('manifests') };
    },
    putMarks: (marks) =>
      writeAll(database, ['marks'], (store) => {
        for (const mark of marks) store('marks').put(mark);
      }),
    removeMark: (id) => writeAll(database, ['marks'], (store) => void store('marks').delete(id)),
    putNodes: (put, removed) =>
      writeAll(database, ['nodes'], (store) => {
        for (const node of put) store('nodes').put({ id: node.nodeId, node });
        for (const id of removed) store('nodes').delete(id);
      }),
    putSeqs: (seqs) => writeAll(database, ['queue'], (store) => void store('queue').put({ id: SEQS, seqs: [...seqs] })),
    putManifest: (manifest) => writeAll(database, ['manifests'], (store) => void store('manifests').put(manifest)),
    removeManifests: (ids) =>
      writeAll(database, ['manifests'], (store) => {
        for (const id of ids) store('manifests').delete(id);
      }),
  };
}
