import {
  assert,
  type ChunkHash,
  type ChunkRef,
  type ChunkRun,
  CONTENT_PAGE_CHUNKS_MAX,
  type ReadContentsRequest,
  type ReadContentsResponse,
  unpackManifest,
} from '@syncline/protocol';
import {
  type ContentName,
  contentKey,
  type NamespaceStore,
  type StoredRevision,
} from '../namespaces/namespace-store.ts';
import { notFound, readableNode } from '../namespaces/open-namespace.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import {
  addressManyChunks,
  type ChunkAddress,
  contentHeader,
  type DescribeContentDependencies,
} from './describe-content.ts';
import { NamespaceView } from './namespace-view.ts';

export interface ReadContentsDependencies extends DescribeContentDependencies {
  readonly namespaces: NamespaceStore;
}

type WantedFile = ReadContentsRequest['files'][number];
type Answer = ReadContentsResponse['contents'][number];

/**
 * The contents of many files, each on its own terms: what cannot be read is answered so and hinders no other.
 *
 * As with one content, an address is only made for a chunk of a revision that the caller may read now, or for several such chunks that lie next
 * to each other.
 * Cost: a read per namespace, one per level of folders and one of the revisions for all files together, and an item per chunk.
 */
export async function readContents(
  dependencies: ReadContentsDependencies,
  { files, runsSuffice = false }: ReadContentsRequest,
  caller: Caller,
): Promise<Outcome<ReadContentsResponse>> {
  const revisions = await findRevisions(dependencies, files, caller);
  const budget = { chunks: CONTENT_PAGE_CHUNKS_MAX };
  const rows = revisions.map((found) => takeRoom(budget, found));
  const { addresses, runs } = await addressAll(dependencies, rows, runsSuffice);
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
  return done({ contents, runs: [...runs] });
}

interface Row {
  readonly found: Outcome<StoredRevision>;
  readonly manifest: readonly ChunkRef[];
}

interface AllAddresses {
  /** By domain and hash. */
  readonly addresses: ReadonlyMap<string, ReadonlyMap<ChunkHash, ChunkAddress>>;
  readonly runs: readonly ChunkRun[];
}

/** All chunks of a domain are looked up together. */
async function addressAll(
  dependencies: DescribeContentDependencies,
  rows: readonly Row[],
  runsSuffice: boolean,
): Promise<AllAddresses> {
  const refs = new Map<string, ChunkRef[]>();
  for (const { found, manifest } of rows) {
    if (found.kind === 'refused') continue;
    const { domain } = found.value;
    refs.set(domain, [...(refs.get(domain) ?? []), ...manifest]);
  }
  const addresses = new Map<string, ReadonlyMap<ChunkHash, ChunkAddress>>();
  const runs: ChunkRun[] = [];
  for (const [domain, chunks] of refs) {
    const wanted = { domain, refs: chunks, runsSuffice };
    const { sources, runs: found } = await addressManyChunks(dependencies, wanted);
    addresses.set(domain, new Map(sources.map((source) => [source.hash, source])));
    runs.push(...found);
  }
  return { addresses, runs };
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
  const found = new Map<WantedFile, Outcome<StoredRevision>>();
  for (const [namespaceId, wanted] of Map.groupBy(files, (file) => file.namespaceId)) {
    const access = await namespaces.readAccess({ namespaceId, accountId });
    if (access === undefined) continue;
    const view = new NamespaceView({ namespaces }, access);
    await view.loadAncestors(wanted.map(({ nodeId }) => nodeId));
    const named = await Promise.all(wanted.map(async (file) => ({ file, content: await nameContent(view, file) })));
    const contents = named.flatMap(({ content }) => (content.kind === 'done' ? [content.value] : []));
    const revisions = await namespaces.getRevisions(namespaceId, contents);
    for (const { file, content } of named) {
      found.set(
        file,
        content.kind === 'refused' ? content : revisionFor(file, revisions.get(contentKey(content.value))),
      );
    }
  }
  return files.map((file) => found.get(file) ?? notFound());
}

/** Which content is meant, if the caller may read the file. */
async function nameContent(view: NamespaceView, { nodeId, rev }: WantedFile): Promise<Outcome<ContentName>> {
  const ancestry = nodeId === view.rootId ? undefined : await view.ancestry(nodeId);
  const file = ancestry === undefined ? undefined : readableNode(ancestry);
  if (file === undefined) return notFound();
  if (file.kind !== 'file') return refused('invalid_request', 'only files have content');
  return done({ nodeId, rev: rev ?? file.contentRev });
}

function revisionFor({ rev }: WantedFile, revision: StoredRevision | undefined): Outcome<StoredRevision> {
  assert(revision !== undefined || rev !== undefined, 'a live file has its present content');
  return revision === undefined ? notFound() : done(revision);
}
