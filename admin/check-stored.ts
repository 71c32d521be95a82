import { isOwnObject } from '../lambdas/chunks/chunk-index.ts';
import type { SweptChunk } from '../lambdas/chunks/swept-chunk.ts';
import { isBehind, type JournalPosition } from '../lambdas/journal/journal-positions.ts';
import { packObjectKey } from '../lambdas/packs/pack-index.ts';
import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../lambdas/runtime/dynamodb-attributes.ts';
import { queryItems } from '../lambdas/runtime/dynamodb-query.ts';
import { DEFECT_PREFIX, SCRUB_PARTITION, subjectOf } from '../lambdas/scrub/dynamodb-scrub-store.ts';
import { type Defect, type InspectionDepth, inspectChunk, inspectPack } from '../lambdas/scrub/inspect-stored.ts';
import { parseObjectKey } from '../lambdas/sweep/object-kind.ts';
import type { ListedObject } from '../lambdas/sweep/removable-objects.ts';
import type { Audit } from './audit.ts';
import { checkReference } from './check-contents.ts';
import { chunksKey, positionNamespace, referenceNode } from './dynamodb-rows.ts';
import { findAncestry, pathOf } from './find-path.ts';
import type { Finding } from './finding.ts';
import { STRAY_AGE_MS } from './limits.ts';

/** Of a row in the table Chunks: that the bytes which it speaks of are in the bucket, and that what it points to points back. */
export async function checkStoredRow(audit: Audit, row: Item, depth: InspectionDepth): Promise<readonly Finding[]> {
  const { sortKey, ...name } = chunksKey(row);
  if (row['pk']?.S === SCRUB_PARTITION) return checkDefectRow(audit, sortKey);
  if (sortKey === 'chunk') return checkChunkRow(audit, name, depth);
  if (sortKey === 'pack') return checkPackRow(audit, name, depth);
  if (sortKey.startsWith('ref#')) return checkReference(audit, row, depth === 'bytes');
  if (sortKey === 'position') return checkPosition(audit, row);
  return [];
}

type ChunkName = Pick<SweptChunk, 'domain' | 'hash'>;

/** What the scrub has found by reading, which a look at what the store says would not find again. */
async function checkDefectRow(audit: Audit, sortKey: string): Promise<readonly Finding[]> {
  if (!sortKey.startsWith(DEFECT_PREFIX)) return [];
  const { kind, ...name } = subjectOf(sortKey);
  return kind === 'pack' ? checkPackRow(audit, name, 'bytes') : checkChunkRow(audit, name, 'bytes');
}

async function checkChunkRow(audit: Audit, name: ChunkName, depth: InspectionDepth): Promise<readonly Finding[]> {
  const chunk = await audit.index.get(name.domain, name.hash);
  if (chunk === undefined || chunk.state === 'deleted') return [];
  // Where bytes are read, members are read with their pack.
  const defect = await inspectChunk(audit, chunk, isOwnObject(chunk) ? depth : 'head');
  return defect === undefined ? [] : [await chunkFinding(audit, chunk, defect)];
}

async function checkPackRow(audit: Audit, name: ChunkName, depth: InspectionDepth): Promise<readonly Finding[]> {
  const pack = await audit.packs.get(name);
  if (pack === undefined || pack.state === 'deleted') return [];
  const { defect, wrong } = await inspectPack(audit, pack, depth);
  if (defect === undefined) return [];
  const objectKey = packObjectKey(pack);
  const detail = `${pack.members.length} chunks are in it`;
  const code = defect === 'lost' ? 'pack-lost' : 'pack-damaged';
  const findings: Finding[] = [{ code, about: { ...name, objectKey }, detail }];
  for (const hash of wrong) {
    const chunk = await audit.index.get(name.domain, hash);
    const liesHere = chunk !== undefined && chunk.state !== 'deleted' && chunk.objectKey === objectKey;
    if (liesHere) findings.push(await chunkFinding(audit, chunk, 'damaged'));
  }
  return findings;
}

/** What is wrong with the bytes of a chunk, with the file that needs it. */
export async function chunkFinding(audit: Audit, chunk: SweptChunk, defect: Defect): Promise<Finding> {
  const { domain, hash, objectKey } = chunk;
  const file = await fileOf(audit, { domain, hash });
  return {
    code: defect === 'lost' ? 'chunk-lost' : 'chunk-damaged',
    about: { domain, hash, objectKey, ...file.about },
    ...(file.path === undefined ? { detail: 'no file needs it' } : { path: file.path }),
  };
}

/** One of the files that need a chunk. */
async function fileOf(audit: Audit, { domain, hash }: ChunkName): Promise<Pick<Finding, 'about' | 'path'>> {
  const query = {
    TableName: audit.tableNames.chunks,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :chunk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: toAttributes({ ':chunk': `${domain}#${hash}`, ':prefix': 'ref#' }),
  };
  const [reference] = await queryItems(audit.client, query, 1);
  if (reference === undefined) return { about: {} };
  const { namespaceId, nodeId } = referenceNode(reference);
  const ancestry = await findAncestry(audit, audit.grounds.groundOf(namespaceId), nodeId);
  return { about: { namespaceId, nodeId }, path: pathOf(ancestry) };
}

async function checkPosition(audit: Audit, row: Item): Promise<readonly Finding[]> {
  const namespaceId = positionNamespace(row);
  const head = await audit.index.getHead(namespaceId);
  const { epoch, seq } = fromAttributes(row) as JournalPosition;
  if (head === undefined || !isBehind(head, { epoch, seq })) return [];
  const detail = `projected to ${seq}, and the journal ends at ${head.seq}`;
  const mend = { kind: 'row', change: { table: 'chunks', before: row } } as const;
  return [{ code: 'projection-ahead', about: { namespaceId }, detail, mend }];
}

/** Of an object in the bucket: that a record names it. Cost: 1 read. */
export async function checkObject(audit: Audit, object: ListedObject): Promise<readonly Finding[]> {
  const { key: objectKey, versionId, storedAt } = object;
  if (storedAt + STRAY_AGE_MS > audit.clock.now()) return [];
  const name = parseObjectKey(objectKey);
  const stray: Finding = { code: 'object-stray', about: { objectKey }, detail: `version ${versionId}` };
  if (name === undefined) return [stray];
  const { domain, hash, kind } = name;
  if (kind === 'packs') {
    const pack = await audit.packs.get({ domain, hash });
    return pack === undefined ? [stray] : [];
  }
  const chunk = await audit.index.get(domain, hash);
  const isNamed = chunk?.objectKey === objectKey && (chunk.versionId ?? versionId) === versionId;
  // A version that the sweep is going to remove is named by what it has noted.
  if (isNamed || chunk?.removedVersionId === versionId) return [];
  // Where a file needs it the record was lost, and the file's revision is found to lack it.
  return (await audit.references.isReferenced(domain, hash)) && chunk === undefined ? [] : [stray];
}
