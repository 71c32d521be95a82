import {
  assert,
  type ChunkRef,
  type ChunkSource,
  CONTENT_PAGE_CHUNKS_MAX,
  epochMs,
  formatInstant,
  type NamespaceId,
  type NodeId,
  type RouteResponse,
  SIGNED_URL_MS,
  unpackManifest,
} from '@syncline/protocol';
import * as z from 'zod/mini';
import type { ChunkIndex } from '../chunks/chunk-index.ts';
import { manifestObjectKey, type ObjectStore } from '../chunks/object-store.ts';
import type { StoredRevision } from '../namespaces/namespace-store.ts';
import { findLiveNode, notFound, type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import { readPage, signPage } from '../namespaces/page-token.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';

export interface ReadContentDependencies extends OpenNamespaceDependencies {
  readonly chunks: Pick<ChunkIndex, 'locate'>;
  readonly objects: Pick<ObjectStore, 'read' | 'signGet'>;
  readonly keyRing: KeyRing;
  readonly clock: Pick<Clock, 'now'>;
}

export interface ContentRequest {
  readonly nodeId: NodeId;
  readonly namespaceId?: NamespaceId | undefined;
  readonly rev?: number | undefined;
  readonly page?: string | undefined;
}

/**
 * One page of the content of a live file, present or older, with an address for every chunk of it.
 *
 * An address is only ever made for a chunk of a revision that the caller may read now; no hash is taken from the request.
 * Cost: the reads of getNode, the revision, its manifest when that is long, and an item per chunk.
 */
export async function readContent(
  dependencies: ReadContentDependencies,
  request: ContentRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'getContent'>>> {
  const { keyRing, clock } = dependencies;
  const found = await findRevision(dependencies, request, caller);
  if (found.kind === 'refused') return found;
  const revision = found.value;
  const listing = {
    listing: 'content',
    subject: `${revision.namespaceId}/${revision.nodeId}/${revision.rev}`,
  } as const;
  const page = await readPage(keyRing, listing, { token: request.page, place: z.int() });
  if (page.kind === 'refused') return page;
  const start = page.value ?? 0;
  const end = start + CONTENT_PAGE_CHUNKS_MAX;
  const manifest = await readManifest(dependencies, revision);
  return done({
    rev: revision.rev,
    size: revision.size,
    contentHash: revision.contentHash,
    chunking: revision.chunking,
    chunks: await addressChunks(dependencies, revision.domain, manifest.slice(start, end)),
    expiresAt: formatInstant(epochMs(clock.now() + SIGNED_URL_MS)),
    ...(end < manifest.length ? { nextPage: await signPage(keyRing, listing, end) } : {}),
  });
}

async function findRevision(
  dependencies: ReadContentDependencies,
  request: ContentRequest,
  caller: Caller,
): Promise<Outcome<StoredRevision>> {
  const access = await openNamespace(dependencies, caller, request.namespaceId);
  if (access.kind === 'refused') return access;
  const file = await findLiveNode(dependencies, access.value, request.nodeId);
  if (file.kind === 'refused') return file;
  if (file.value.kind !== 'file') return refused('invalid_request', 'only files have content');
  const { namespaceId } = access.value.head;
  const rev = request.rev ?? file.value.contentRev;
  const revision = await dependencies.namespaces.getRevision({ namespaceId, nodeId: request.nodeId, rev });
  assert(revision !== undefined || request.rev !== undefined, 'a live file has its present content');
  return revision === undefined ? notFound() : done(revision);
}

async function readManifest(
  { objects }: Pick<ReadContentDependencies, 'objects'>,
  revision: StoredRevision,
): Promise<readonly ChunkRef[]> {
  const packed = revision.manifest ?? (await objects.read(manifestObjectKey(revision.domain, revision.contentHash)));
  assert(packed !== undefined, 'the manifest of a retained revision is stored');
  return unpackManifest(packed);
}

async function addressChunks(
  { chunks, objects }: Pick<ReadContentDependencies, 'chunks' | 'objects'>,
  domain: string,
  refs: readonly ChunkRef[],
): Promise<ChunkSource[]> {
  const records = await chunks.locate(domain, [...new Set(refs.map(({ hash }) => hash))]);
  const addresses = new Map<string, Promise<string>>();
  return Promise.all(
    refs.map(async (ref) => {
      const record = records.get(ref.hash);
      assert(record !== undefined, 'every chunk of a retained revision is stored');
      const url = addresses.get(record.objectKey) ?? objects.signGet(record.objectKey);
      addresses.set(record.objectKey, url);
      const isWhole = record.objectKey.startsWith('chunks/');
      const range: [number, number] = [record.offset, record.offset + ref.size - 1];
      return { ...ref, url: await url, ...(isWhole ? {} : { range }) };
    }),
  );
}
