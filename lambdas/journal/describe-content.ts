import {
  assert,
  type ChunkHash,
  type ChunkRef,
  type ChunkRun,
  type ChunkSource,
  epochMs,
  formatInstant,
  PACKED_ENTRY_BYTES,
  SIGNED_URL_MS,
  storedLength,
  unpackManifest,
} from '@syncline/protocol';
import type { ChunkIndex, ChunkRecord } from '../chunks/chunk-index.ts';
import { manifestObjectKey, type ObjectStore } from '../chunks/object-store.ts';
import type { StoredRevision } from '../namespaces/namespace-store.ts';
import { isPackKey } from '../packs/pack-index.ts';
import type { Clock } from '../runtime/clock.ts';
import { findRuns, type PackedPlace } from './find-runs.ts';

export interface DescribeContentDependencies {
  readonly chunks: Pick<ChunkIndex, 'locate'>;
  readonly objects: Pick<ObjectStore, 'read' | 'signGet'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** A part of a manifest, and whether there is more of it. */
export interface ManifestPage {
  readonly chunks: readonly ChunkRef[];
  readonly hasMore: boolean;
}

/**
 * Up to `count` chunks of a revision that the caller may read, from `start` on. Precondition: the manifest has a chunk there, or
 * `start` is 0. Cost: nothing for a short manifest; of a long one no more than the page is read.
 */
export async function readManifestPage(
  { objects }: { readonly objects: Pick<ObjectStore, 'read'> },
  revision: StoredRevision,
  { start, count }: { readonly start: number; readonly count: number },
): Promise<ManifestPage> {
  // One more, to see whether there is one.
  const range = { offset: start * PACKED_ENTRY_BYTES, length: (count + 1) * PACKED_ENTRY_BYTES };
  const packed =
    revision.manifest?.subarray(range.offset, range.offset + range.length) ??
    (await objects.read(manifestObjectKey(revision.domain, revision.contentHash), range));
  assert(packed !== undefined, 'the manifest of a retained revision is stored');
  const chunks = unpackManifest(packed);
  return { chunks: chunks.slice(0, count), hasMore: chunks.length > count };
}

/** What every page of a content tells of its revision. */
export function contentHeader({ clock }: Pick<DescribeContentDependencies, 'clock'>, revision: StoredRevision) {
  const { rev, size, contentHash, chunking } = revision;
  return { rev, size, contentHash, chunking, expiresAt: formatInstant(epochMs(clock.now() + SIGNED_URL_MS)) };
}

/**
 * Where chunks can be read for the next SIGNED_URL_MS. Precondition: they are of one revision's manifest that the caller may
 * read now, or confirmed chunks of an open upload that may be read ahead of its commit; this is the only way to an address. A chunk in a pack has an address of its own, which the store answers with its range
 * and no other: who may read it may not read its neighbours. Cost: an item per chunk.
 */
export async function addressChunks(
  { chunks, objects }: Pick<DescribeContentDependencies, 'chunks' | 'objects'>,
  domain: string,
  refs: readonly ChunkRef[],
): Promise<ChunkSource[]> {
  return addressLocated(objects, refs, await locate(chunks, domain, refs));
}

/** A chunk, with an address of its own unless a run has it and suffices. */
export type ChunkAddress = Omit<ChunkSource, 'url'> & { readonly url?: string };

/** Addresses of chunks, and of runs of them. */
export interface ChunkAddresses {
  readonly sources: readonly ChunkAddress[];
  readonly runs: readonly ChunkRun[];
}

/**
 * As `addressChunks`, for chunks of several revisions that the caller may all read now; so those that are neighbours in a pack have an address
 * together, too, beside which it gives no byte.
 */
export async function addressManyChunks(
  { chunks, objects }: Pick<DescribeContentDependencies, 'chunks' | 'objects'>,
  wanted: { readonly domain: string; readonly refs: readonly ChunkRef[]; readonly runsSuffice: boolean },
): Promise<ChunkAddresses> {
  const { domain, refs, runsSuffice } = wanted;
  const records = await locate(chunks, domain, refs);
  const runs = findRuns([...records.values()].map((record) => ({ ...record, length: storedLength(record) })));
  const inRuns = new Set(runsSuffice ? runs.flatMap((run) => run.map(({ hash }) => hash)) : []);
  const alone = refs.filter(({ hash }) => !inRuns.has(hash));
  return {
    sources: [
      ...(await addressLocated(objects, alone, records)),
      ...[...inRuns].map((hash) => placeInPack(recordOf(records, hash))),
    ],
    runs: await Promise.all(runs.map((run) => addressRun(objects, run))),
  };
}

function locate(
  chunks: DescribeContentDependencies['chunks'],
  domain: string,
  refs: readonly ChunkRef[],
): Promise<ReadonlyMap<ChunkHash, ChunkRecord>> {
  return chunks.locate(domain, [...new Set(refs.map(({ hash }) => hash))]);
}

async function addressLocated(
  objects: DescribeContentDependencies['objects'],
  refs: readonly ChunkRef[],
  records: ReadonlyMap<ChunkHash, ChunkRecord>,
): Promise<ChunkSource[]> {
  const addresses = new Map<ChunkHash, Promise<Omit<ChunkSource, keyof ChunkRef>>>();
  return Promise.all(
    refs.map(async (ref) => {
      const record = recordOf(records, ref.hash);
      const address = addresses.get(ref.hash) ?? addressOf(objects, record);
      addresses.set(ref.hash, address);
      return { ...ref, ...(await address) };
    }),
  );
}

function recordOf(records: ReadonlyMap<ChunkHash, ChunkRecord>, hash: ChunkHash): ChunkRecord {
  const record = records.get(hash);
  assert(record !== undefined, 'every chunk of a retained revision is stored');
  return record;
}

/** A chunk that is an object of its own is read whole. */
async function addressOf(
  objects: Pick<ObjectStore, 'signGet'>,
  record: ChunkRecord,
): Promise<Omit<ChunkSource, keyof ChunkRef>> {
  const { objectKey, offset } = record;
  if (!isPackKey(objectKey)) return { url: await objects.signGet(objectKey) };
  const url = await objects.signGet(objectKey, { offset, length: storedLength(record) });
  const { range, encoding } = placeInPack(record);
  return { url, range, ...(encoding === undefined ? {} : { encoding }) };
}

/** Where a chunk lies in its pack, and how. */
function placeInPack(record: ChunkRecord): ChunkAddress {
  const { hash, size, offset, stored } = record;
  const range: ChunkAddress['range'] = [offset, offset + storedLength(record) - 1];
  return { hash, size, range, ...(stored === undefined ? {} : { encoding: stored.encoding }) };
}

async function addressRun(
  objects: Pick<ObjectStore, 'signGet'>,
  run: readonly (PackedPlace & Pick<ChunkRef, 'hash'>)[],
): Promise<ChunkRun> {
  const [first] = run;
  assert(first !== undefined, 'a run has members');
  const { objectKey, offset } = first;
  const length = run.reduce((sum, { length: one }) => sum + one, 0);
  const all = { offset, length };
  const url = await objects.signGet(objectKey, all);
  return { url, range: [offset, offset + length - 1], hashes: run.map(({ hash }) => hash) };
}
