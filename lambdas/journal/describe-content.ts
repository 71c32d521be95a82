import {
  assert,
  type ChunkRef,
  type ChunkSource,
  epochMs,
  formatInstant,
  SIGNED_URL_MS,
  unpackManifest,
} from '@syncline/protocol';
import type { ChunkIndex, ChunkRecord } from '../chunks/chunk-index.ts';
import { manifestObjectKey, type ObjectStore } from '../chunks/object-store.ts';
import type { StoredRevision } from '../namespaces/namespace-store.ts';
import type { Clock } from '../runtime/clock.ts';

export interface DescribeContentDependencies {
  readonly chunks: Pick<ChunkIndex, 'locate'>;
  readonly objects: Pick<ObjectStore, 'read' | 'signGet'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The chunks of a revision that the caller may read. Cost: nothing for a short manifest, one object for a long one. */
export async function readManifest(
  { objects }: Pick<DescribeContentDependencies, 'objects'>,
  revision: StoredRevision,
): Promise<readonly ChunkRef[]> {
  const packed = revision.manifest ?? (await objects.read(manifestObjectKey(revision.domain, revision.contentHash)));
  assert(packed !== undefined, 'the manifest of a retained revision is stored');
  return unpackManifest(packed);
}

/** What every page of a content tells of its revision. */
export function contentHeader({ clock }: Pick<DescribeContentDependencies, 'clock'>, revision: StoredRevision) {
  const { rev, size, contentHash, chunking } = revision;
  return { rev, size, contentHash, chunking, expiresAt: formatInstant(epochMs(clock.now() + SIGNED_URL_MS)) };
}

/**
 * Where chunks can be read for the next SIGNED_URL_MS. Precondition: they are of one revision's manifest that the caller may
 * read now; this is the only way to an address. Cost: an item per chunk.
 */
export async function addressChunks(
  { chunks, objects }: Pick<DescribeContentDependencies, 'chunks' | 'objects'>,
  domain: string,
  refs: readonly ChunkRef[],
): Promise<ChunkSource[]> {
  const records = await chunks.locate(domain, [...new Set(refs.map(({ hash }) => hash))]);
  const urls = new Map<string, Promise<string>>();
  return Promise.all(
    refs.map(async (ref) => {
      const record = records.get(ref.hash);
      assert(record !== undefined, 'every chunk of a retained revision is stored');
      const url = urls.get(record.objectKey) ?? objects.signGet(record.objectKey);
      urls.set(record.objectKey, url);
      return { ...ref, url: await url, ...rangeOf(record, ref) };
    }),
  );
}

/** A chunk that is an object of its own is read whole. */
function rangeOf({ objectKey, offset }: ChunkRecord, { size }: ChunkRef): { readonly range?: [number, number] } {
  return objectKey.startsWith('chunks/') ? {} : { range: [offset, offset + size - 1] };
}
