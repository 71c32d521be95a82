import type { ChunkHash, NamespaceId } from '@syncline/protocol';
import type { MemoryChunkIndex } from '../chunks/memory-chunk-index.ts';
import type { SweptChunk } from '../chunks/swept-chunk.ts';
import type { JournalPosition } from '../journal/journal-positions.ts';
import type { MemoryNamespaceStore } from '../namespaces/memory-namespace-store.ts';
import type { MemoryPackIndex } from '../packs/memory-pack-index.ts';
import type { PackName } from '../packs/pack-index.ts';
import type { Rebuild, Segment, StrayObject, SweepChange, SweepIndex, SweepProgress } from './sweep-index.ts';

export interface MemorySweepDependencies {
  readonly chunks: MemoryChunkIndex;
  readonly packs: MemoryPackIndex;
  readonly namespaces: MemoryNamespaceStore;
}

/** The records of chunks and packs in the memory of one process. */
export class MemorySweepIndex implements SweepIndex {
  readonly #deps: MemorySweepDependencies;
  #progress: SweepProgress | undefined;
  #rebuild: Rebuild | undefined;

  constructor(dependencies: MemorySweepDependencies) {
    this.#deps = dependencies;
  }

  async list(segment: Segment) {
    const chunks = new Map([...this.#deps.chunks.rows].map(([key, chunk]) => [`chunk ${key}`, { chunk }]));
    const packs = new Map(this.#deps.packs.unended().map((pack) => [`pack ${pack.domain}#${pack.hash}`, { pack }]));
    const page = pageOf(new Map<string, { chunk?: SweptChunk; pack?: PackName }>([...chunks, ...packs]), segment);
    return {
      chunks: page.values.flatMap(({ chunk }) => chunk ?? []),
      packs: page.values.flatMap(({ pack }) => pack ?? []),
      ...page.next,
    };
  }

  async get(domain: string, hash: ChunkHash): Promise<SweptChunk | undefined> {
    return this.#deps.chunks.rows.get(`${domain}#${hash}`);
  }

  async change(seen: SweptChunk, change: SweepChange): Promise<boolean> {
    const { rows } = this.#deps.chunks;
    const key = `${seen.domain}#${seen.hash}`;
    const row = rows.get(key);
    if (row === undefined || !COMPARED.every((name) => row[name] === seen[name])) return false;
    const { unusedSince: _unused, condemnedAt: _condemned, removal: _removal, ...rest } = row;
    rows.set(key, { ...rest, ...change });
    return true;
  }

  async banObject(object: StrayObject, seen: SweptChunk | undefined): Promise<boolean> {
    const { rows } = this.#deps.chunks;
    const { domain, hash, objectKey, versionId } = object;
    const key = `${domain}#${hash}`;
    const row = rows.get(key);
    if (row === undefined) {
      if (seen !== undefined) return false;
      const place = { hash, size: 0, objectKey, offset: 0, versionId, domain };
      const removed = { state: 'deleted', removal: 'done', removedVersionId: versionId } as const;
      rows.set(key, { ...place, ...removed, pinnedUntil: 0 as SweptChunk['pinnedUntil'] });
      return true;
    }
    if (seen === undefined || !COMPARED.every((name) => row[name] === seen[name])) return false;
    rows.set(key, { ...row, removedVersionId: versionId });
    return true;
  }

  async banPack(pack: Parameters<SweepIndex['banPack']>[0]): Promise<boolean> {
    return this.#deps.packs.ban(pack);
  }

  async endPack(pack: Parameters<SweepIndex['endPack']>[0]): Promise<void> {
    this.#deps.packs.end(pack);
  }

  async listHeads(segment: Segment) {
    const heads = new Map(this.#deps.namespaces.listHeads().map((head) => [head.namespaceId as string, head]));
    const page = pageOf(heads, segment);
    return { heads: page.values.map(({ namespaceId, epoch, seq }) => ({ namespaceId, epoch, seq })), ...page.next };
  }

  async getHead(namespaceId: NamespaceId): Promise<JournalPosition | undefined> {
    const head = this.#deps.namespaces.listHeads().find((other) => other.namespaceId === namespaceId);
    return head === undefined ? undefined : { epoch: head.epoch, seq: head.seq };
  }

  async listFiles(segment: Segment) {
    const files = new Map(
      this.#deps.namespaces.listFiles().map((file) => [`${file.namespaceId}#${file.nodeId}`, file] as const),
    );
    const page = pageOf(files, segment);
    return { files: page.values, ...page.next };
  }

  async readRebuild(): Promise<Rebuild | undefined> {
    return this.#rebuild;
  }

  async writeRebuild(rebuild: Rebuild | undefined): Promise<void> {
    this.#rebuild = rebuild;
  }

  async readProgress(): Promise<SweepProgress | undefined> {
    return this.#progress;
  }

  async writeProgress(progress: SweepProgress): Promise<void> {
    this.#progress = progress;
  }
}

const COMPARED = [
  'objectKey',
  'versionId',
  'state',
  'pinnedUntil',
  'unusedSince',
  'condemnedAt',
  'removal',
  'removedVersionId',
] as const satisfies readonly (keyof SweptChunk)[];

function pageOf<Value>(all: ReadonlyMap<string, Value>, { after, limit }: Segment) {
  const rows = [...all].filter(([key]) => after === undefined || key > after).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const last = rows[limit - 1];
  const next: { readonly next?: string } = rows.length > limit && last !== undefined ? { next: last[0] } : {};
  return { values: rows.slice(0, limit).map(([, value]) => value), next };
}
