import {
  assert,
  type ChunkHash,
  type MeasureStoredRequest,
  type NamespaceId,
  type NodeId,
  PAGE_ENTRIES_MAX,
  packedChunk,
  packedLength,
  type RouteResponse,
  storedLength,
} from '@syncline/protocol';
import { CHUNK_KEYS_MAX, type ChunkIndex } from '../chunks/chunk-index.ts';
import { manifestObjectKey, type ObjectStore } from '../chunks/object-store.ts';
import { NamespaceView } from '../journal/namespace-view.ts';
import { type ContentName, contentKey, type StoredNode, type StoredRevision } from '../namespaces/namespace-store.ts';
import { type OpenNamespaceDependencies, openNamespace, readableNode } from '../namespaces/open-namespace.ts';
import type { Caller } from '../runtime/caller.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { MEASURED_CHUNKS_MAX, MEASURED_FILES_IN_FLIGHT_MAX } from './limits.ts';

export interface MeasureStoredDependencies extends OpenNamespaceDependencies {
  readonly chunks: Pick<ChunkIndex, 'locate'>;
  readonly objects: Pick<ObjectStore, 'read'>;
}

/** Of a file as it was made. */
const FIRST_REV = 1;

/** What is told of an answer's files: the chunks by domain, and how many there are. */
interface Told {
  readonly domains: Map<string, Map<ChunkHash, number>>;
  chunks: number;
  isCut: boolean;
}

/**
 * How the contents of files are stored: each chunk of all their revisions once, with the bytes that it takes. A client that puts the answers about many
 * files together knows what is saved by storing the same bytes once, and by compression. What it may not read is left out.
 *
 * With `sample` only one of so many chunks is told, the same ones in every answer, and the client multiplies.
 * Cost: the reads of the namespace, a read for each level of folders, an item for each file, or a Query if it was changed, and an item for each chunk that is told.
 */
export async function measureStored(
  dependencies: MeasureStoredDependencies,
  { namespaceId, nodeIds, sample = 1 }: MeasureStoredRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'measureStored'>>> {
  const access = await openNamespace(dependencies, caller, namespaceId);
  if (access.kind === 'refused') return access;
  const view = new NamespaceView(dependencies, access.value);
  await view.loadAncestors(nodeIds);
  const files = await readRevisions(dependencies, view, { namespaceId, nodeIds });
  const told: Told = { domains: new Map(), chunks: 0, isCut: false };
  let measured = 0;
  let contentBytes = 0;
  for (const revisions of files) {
    if (told.chunks > MEASURED_CHUNKS_MAX) break;
    measured += 1;
    for (const revision of revisions) {
      contentBytes += revision.size;
      const packed = await readManifest(dependencies, revision);
      if (packed !== undefined) tell(told, { domain: revision.domain, packed, sample });
    }
  }
  return done({ measured, contentBytes, isCut: told.isCut, chunks: await locateTold(dependencies, told) });
}

/** The newest of each file; none of one that the caller may not read. */
async function readRevisions(
  { namespaces }: MeasureStoredDependencies,
  view: NamespaceView,
  { namespaceId, nodeIds }: { readonly namespaceId: NamespaceId; readonly nodeIds: readonly NodeId[] },
): Promise<readonly (readonly StoredRevision[])[]> {
  const nodes = await mapBounded(MEASURED_FILES_IN_FLIGHT_MAX, nodeIds, (nodeId) => readableFile(view, nodeId));
  // Most files were never changed, and have one revision.
  const unchanged = nodes.flatMap((node) => (node !== undefined && isUnchanged(node) ? [nameOf(node)] : []));
  const only = await namespaces.getRevisions(namespaceId, unchanged);
  return mapBounded(MEASURED_FILES_IN_FLIGHT_MAX, nodes, async (node) => {
    if (node === undefined) return [];
    if (!isUnchanged(node)) {
      return (await namespaces.listRevisions({ namespaceId, nodeId: node.nodeId, limit: PAGE_ENTRIES_MAX })).revisions;
    }
    const revision = only.get(contentKey(nameOf(node)));
    return revision === undefined ? [] : [revision];
  });
}

async function readableFile(view: NamespaceView, nodeId: NodeId): Promise<StoredNode | undefined> {
  if (nodeId === view.rootId) return undefined;
  const node = readableNode(await view.ancestry(nodeId));
  return node?.kind === 'file' ? node : undefined;
}

/** A content that lost a conflict raises `rev` alone. */
function isUnchanged({ rev }: StoredNode): boolean {
  return rev === FIRST_REV;
}

function nameOf({ nodeId, contentRev }: StoredNode): ContentName {
  return { nodeId, rev: contentRev };
}

async function readManifest(
  { objects }: MeasureStoredDependencies,
  { manifest, domain, contentHash }: StoredRevision,
): Promise<Uint8Array | undefined> {
  return manifest ?? objects.read(manifestObjectKey(domain, contentHash));
}

function tell(
  told: Told,
  { domain, packed, sample }: { readonly domain: string; readonly packed: Uint8Array; readonly sample: number },
): void {
  const chunks = told.domains.get(domain) ?? new Map<ChunkHash, number>();
  told.domains.set(domain, chunks);
  const count = packedLength(packed);
  for (let index = 0; index < count; index++) {
    const { hash, size } = packedChunk(packed, index);
    if (chunks.has(hash) || Number.parseInt(hash.slice(0, SAMPLED_DIGITS), 16) % sample !== 0) continue;
    told.isCut ||= told.chunks === CHUNK_KEYS_MAX;
    if (told.chunks === CHUNK_KEYS_MAX) return;
    chunks.set(hash, size);
    told.chunks += 1;
  }
}

/** Digits of a chunk's name by which a sample is chosen. */
const SAMPLED_DIGITS = 8;
/** Digits by which a client tells chunks apart: the whole name is for nothing here. */
const TOLD_DIGITS = 20;

async function locateTold(
  { chunks }: MeasureStoredDependencies,
  { domains }: Told,
): Promise<RouteResponse<'measureStored'>['chunks']> {
  const answer: RouteResponse<'measureStored'>['chunks'] = [];
  for (const [domain, sizes] of domains) {
    const located = await chunks.locate(domain, [...sizes.keys()]);
    for (const [hash, size] of sizes) {
      const record = located.get(hash);
      assert(record !== undefined, 'every chunk of a retained revision is stored');
      answer.push({ name: hash.slice(0, TOLD_DIGITS), size, storedSize: storedLength(record) });
    }
  }
  return answer;
}
