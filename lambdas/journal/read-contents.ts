import {
  assert,
  type ChunkHash,
  type ChunkRef,
  type ChunkSource,
  CONTENT_PAGE_CHUNKS_MAX,
  type NamespaceId,
  type NodeId,
  type ReadContentsRequest,
  type ReadContentsResponse,
  unpackManifest,
} from '@syncline/protocol';
import type { NamespaceStore, StoredRevision } from '../namespaces/namespace-store.ts';
import { notFound, readableNode } from '../namespaces/open-namespace.ts';
import type { Caller } from '../runtime/caller.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { addressChunks, contentHeader, type DescribeContentDependencies } from './describe-content.ts';
import { REVISIONS_AT_ONCE } from './limits.ts';
import { NamespaceView } from './namespace-view.ts';

export interface ReadContentsDependencies extends DescribeContentDependencies {
  readonly namespaces: NamespaceStore;
}

type WantedFile = ReadContentsRequest['files'][number];
type Answer = ReadContentsResponse['contents'][number];

/**
 * The contents of many files, each on its own terms: what cannot be read is answered so and hinders no other.
 *
 * As with one content, an address is only made for a chunk of a revision that the caller may read now.
 * Cost: a read per namespace, one per level of folders for all files together, a revision per file and an item per chunk.
 */
export async function readContents(
  dependencies: ReadContentsDependencies,
  { files }: ReadContentsRequest,
  caller: Caller,
): Promise<Outcome<ReadContentsResponse>> {
  const revisions = await findRevisions(dependencies, files, caller);
  const budget = { chunks: CONTENT_PAGE_CHUNKS_MAX };
  const rows = revisions.map((found) => takeRoom(budget, found));
  const addresses = await addressAll(dependencies, rows);
  const contents = rows.map(({ found, manifest }): Answer => {
    if (found.kind === 'refused') return { status: 'error', error: found.error };
    const { domain } = found.value;
    const chunks = manifest.map(({ hash, size }) => {
      const source = addresses.get(domain)?.get(hash);
      assert(source !== undefined, 'every chunk that found room has an address');
      return { ...source, size };
    });
    return { status: 'found', content: { ...contentHeader(dependencies, found.value), chunks } };
  });
  return done({ contents });
}

interface Row {
  readonly found: Outcome<StoredRevision>;
  readonly manifest: readonly ChunkRef[];
}

/** Addresses by domain and hash, all chunks of a domain looked up together. */
async function addressAll(
  dependencies: DescribeContentDependencies,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, ReadonlyMap<ChunkHash, ChunkSource>>> {
  const refs = new Map<string, ChunkRef[]>();
  for (const { found, manifest } of rows) {
    if (found.kind === 'refused') continue;
    const { domain } = found.value;
    refs.set(domain, [...(refs.get(domain) ?? []), ...manifest]);
  }
  const addresses = new Map<string, ReadonlyMap<ChunkHash, ChunkSource>>();
  for (const [domain, chunks] of refs) {
    const sources = await addressChunks(dependencies, domain, chunks);
    addresses.set(domain, new Map(sources.map((source) => [source.hash, source])));
  }
  return addresses;
}

/** A manifest that does not stand in its revision is not even read: a hundred long ones would fill the memory. */
function takeRoom(budget: { chunks: number }, found: Outcome<StoredRevision>): Row {
  if (found.kind === 'refused') return { found, manifest: [] };
  const manifest = found.value.manifest === undefined ? undefined : unpackManifest(found.value.manifest);
  if (manifest === undefined || manifest.length > budget.chunks) return { found: tooLarge(), manifest: [] };
  budget.chunks -= manifest.length;
  return { found, manifest };
}

function tooLarge(): Refused {
  return refused('too_large', 'these files have too many chunks for one answer: read this one alone', {
    limit: 'CONTENT_PAGE_CHUNKS_MAX',
    max: CONTENT_PAGE_CHUNKS_MAX,
  });
}

async function findRevisions(
  { namespaces }: Pick<ReadContentsDependencies, 'namespaces'>,
  files: readonly WantedFile[],
  { accountId }: Caller,
): Promise<readonly Outcome<StoredRevision>[]> {
  const views = new Map<NamespaceId, NamespaceView>();
  for (const [namespaceId, wanted] of Map.groupBy(files, (file) => file.namespaceId)) {
    const access = await namespaces.readAccess({ namespaceId, accountId });
    if (access === undefined) continue;
    const view = new NamespaceView({ namespaces }, access);
    await view.loadAncestors(wanted.map(({ nodeId }) => nodeId));
    views.set(namespaceId, view);
  }
  return mapBounded(REVISIONS_AT_ONCE, files, ({ namespaceId, nodeId, rev }) => {
    const view = views.get(namespaceId);
    return view === undefined ? Promise.resolve(notFound()) : findRevision(view, nodeId, rev);
  });
}

async function findRevision(view: NamespaceView, nodeId: NodeId, rev?: number): Promise<Outcome<StoredRevision>> {
  const ancestry = nodeId === view.rootId ? undefined : await view.ancestry(nodeId);
  const file = ancestry === undefined ? undefined : readableNode(ancestry);
  if (file === undefined) return notFound();
  if (file.kind !== 'file') return refused('invalid_request', 'only files have content');
  const revision = await view.revision(nodeId, rev ?? file.contentRev);
  assert(revision !== undefined || rev !== undefined, 'a live file has its present content');
  return revision === undefined ? notFound() : done(revision);
}
