import { hash as digest } from 'node:crypto';
import {
  type ChunkHash,
  manifestSize,
  type NamespaceId,
  packedChunk,
  packedLength,
  unpackManifest,
} from '@syncline/protocol';
import { manifestObjectKey } from '../lambdas/chunks/object-store.ts';
import { isBehind } from '../lambdas/journal/journal-positions.ts';
import { revisionOf } from '../lambdas/namespaces/dynamodb-revision-item.ts';
import type { StoredRevision } from '../lambdas/namespaces/namespace-store.ts';
import { readContentChunks } from '../lambdas/references/content-chunks.ts';
import { REVISIONS_AT_ONCE } from '../lambdas/references/limits.ts';
import type { DomainChunks } from '../lambdas/references/reference-store.ts';
import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import { batchGetItems, itemKeyText } from '../lambdas/runtime/dynamodb-batches.ts';
import type { Audit } from './audit.ts';
import { chunksKey, filesKey, referenceNode } from './dynamodb-rows.ts';
import { findAncestry, pathOf } from './find-path.ts';
import type { Finding } from './finding.ts';

/** What is retained in a row of the table Files; undefined when it is no content. */
export function retainedRevision(row: Item): StoredRevision | undefined {
  const { kind, sortKey, ...node } = filesKey(row);
  return kind === 'node' && sortKey.startsWith('rev#') ? revisionOf(node, row) : undefined;
}

/**
 * Of a retained revision: that its list of chunks is there and is the one that is named, that each chunk in it is recorded, and that the
 * file has a reference to each. Cost: 2 items a chunk, and an object for a long list.
 */
export async function checkRevision(audit: Audit, row: Item): Promise<readonly Finding[]> {
  const revision = retainedRevision(row);
  if (revision === undefined) return [];
  const findings = await lookInto(audit, revision);
  if (findings.length === 0) return [];
  const ancestry = await findAncestry(audit, revision.namespaceId, revision.nodeId);
  // Rows of what was purged go one after the other, and references before them.
  if (ancestry.kind === 'gone') return [];
  return findings.map((finding) => ({ ...finding, path: pathOf(ancestry) }));
}

async function lookInto(audit: Audit, revision: StoredRevision): Promise<readonly Finding[]> {
  const { domain, contentHash, size, namespaceId, nodeId, rev } = revision;
  const about = { namespaceId, nodeId, rev };
  const packed = revision.manifest ?? (await audit.objects.read(manifestObjectKey(domain, contentHash)));
  if (packed === undefined) return [{ code: 'manifest-lost', about: { ...about, domain, hash: contentHash } }];
  const isNamed = digest('sha256', packed) === contentHash && manifestSize(unpackManifest(packed)) === size;
  if (!isNamed) return [{ code: 'manifest-damaged', about: { ...about, domain, hash: contentHash } }];
  const sizes = new Map<string, number>([[contentHash, packed.length]]);
  for (let index = 0; index < packedLength(packed); index++) {
    const chunk = packedChunk(packed, index);
    sizes.set(chunk.hash, chunk.size);
  }
  // The same as the projection takes for what the content needs.
  const needed = (await readContentChunks(audit, revision)) ?? [];
  const findings: Finding[] = [];
  for (const chunks of needed) {
    findings.push(
      ...(await unrecorded(audit, chunks)).map(
        (hash): Finding => unrecordedFinding(about, chunks, { hash, size: sizes.get(hash) ?? 0 }),
      ),
    );
    findings.push(
      ...(await unreferenced(audit, revision, chunks)).map(
        (hash): Finding => ({
          code: 'reference-missing',
          about: { ...about, domain: chunks.domain, hash },
          mend: { kind: 'add-references', namespaceId, nodeId },
        }),
      ),
    );
  }
  return findings;
}

function unrecordedFinding(
  about: Finding['about'],
  { domain }: DomainChunks,
  { hash, size }: { readonly hash: ChunkHash; readonly size: number },
): Finding {
  const mend = { kind: 'restore-record', domain, hash, size } as const;
  return { code: 'chunk-unrecorded', about: { ...about, domain, hash }, mend };
}

async function unrecorded({ chunks }: Audit, { domain, hashes }: DomainChunks): Promise<readonly ChunkHash[]> {
  const located = await chunks.locate(domain, hashes);
  return hashes.filter((hash) => !located.has(hash));
}

/** The chunks that the file has no reference to, once all that was committed is projected. References bear the ground of their node. */
async function unreferenced(
  audit: Audit,
  { namespaceId: groundId, nodeId }: StoredRevision,
  { domain, hashes }: DomainChunks,
): Promise<readonly ChunkHash[]> {
  const keyOf = (hash: ChunkHash) => ({ pk: `${domain}#${hash}`, sk: `ref#${groundId}#${nodeId}` });
  const found = await batchGetItems(audit, audit.tableNames.chunks, hashes.map(keyOf));
  const missing = hashes.filter((hash) => !found.has(itemKeyText(keyOf(hash))));
  if (missing.length === 0) return missing;
  for (const namespaceId of audit.grounds.group(groundId)) {
    if (!(await isProjected(audit, namespaceId))) return [];
  }
  return missing;
}

async function isProjected({ index, references }: Audit, namespaceId: NamespaceId): Promise<boolean> {
  const head = await index.getHead(namespaceId);
  if (head === undefined || head.seq === 0) return true;
  return !isBehind(await references.getPosition(namespaceId), head);
}

/**
 * Of a reference: that its node retains the chunk. Long lists are objects; they are read for `isDeep` alone, for they would be read once
 * for each of their chunks. Cost: 2 queries.
 */
export async function checkReference(audit: Audit, row: Item, isDeep: boolean): Promise<readonly Finding[]> {
  const { domain, hash } = chunksKey(row);
  const node = referenceNode(row);
  const { revisions, next } = await audit.namespaces.listRevisions({ ...node, limit: REVISIONS_AT_ONCE });
  const contents = [...revisions, ...(await audit.references.listContents(node))];
  for (const content of contents) {
    if (content.manifest === undefined && !isDeep) return [];
    const needed = await readContentChunks(audit, content);
    if (needed === undefined) return [];
    if (needed.some((chunks) => chunks.domain === domain && chunks.hashes.includes(hash))) return [];
  }
  if (next !== undefined) return [];
  return [{ code: 'reference-extra', about: { ...node, domain, hash } }];
}
