import { ChunkHash, storedLength } from '@syncline/protocol';
import { chunkObjectKey, type NewChunk } from '../lambdas/chunks/chunk-index.ts';
import { manifestObjectKey } from '../lambdas/chunks/object-store.ts';
import { packObjectKey } from '../lambdas/packs/pack-index.ts';
import { placeMembers } from '../lambdas/packs/place-members.ts';
import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import { toAttributes } from '../lambdas/runtime/dynamodb-attributes.ts';
import { keyAttributes } from '../lambdas/runtime/dynamodb-batches.ts';
import { inspectChunk } from '../lambdas/scrub/inspect-stored.ts';
import type { Audit } from './audit.ts';
import { chunksKey, tablePages } from './dynamodb-rows.ts';
import type { Mend } from './finding.ts';

/** A chunk without a record. */
export type LostRecord = Extract<Mend, { readonly kind: 'restore-record' }>;

const MANIFEST_DOMAIN = 'manifest:';

/**
 * The rows that say where chunks lie whose records are gone, by `domain#hash`: each is looked for as an object of its own, and then in all packs.
 * Only bytes that were read and hash to the name of the chunk are told. Cost: a HEAD and a GET a chunk, and a scan of the table Chunks.
 */
export async function findRecords(audit: Audit, lost: readonly LostRecord[]): Promise<ReadonlyMap<string, Item>> {
  const found = new Map<string, Item>();
  const sought = new Map(lost.map((record) => [nameOf(record), record]));
  for (const [name, record] of sought) {
    const row = await findOwnObject(audit, record);
    if (row !== undefined) found.set(name, row);
  }
  for (const name of found.keys()) sought.delete(name);
  if (sought.size === 0) return found;
  for await (const rows of tablePages(audit, 'chunks')) {
    for (const row of rows) {
      if (row['sk']?.S !== 'pack') continue;
      for (const [name, record] of await findInPack(audit, row, sought)) {
        found.set(name, record);
        sought.delete(name);
      }
    }
  }
  return found;
}

async function findOwnObject(audit: Audit, { domain, hash, size }: LostRecord): Promise<Item | undefined> {
  const chunkHash = ChunkHash.parse(hash);
  const objectKey = domain.startsWith(MANIFEST_DOMAIN)
    ? manifestObjectKey(domain.slice(MANIFEST_DOMAIN.length), hash)
    : chunkObjectKey(domain, chunkHash);
  const head = await audit.objects.head(objectKey);
  if (head === undefined) return undefined;
  const place = { hash: chunkHash, size, objectKey, offset: 0 };
  return rowIfWhole(audit, domain, head.versionId === undefined ? place : { ...place, versionId: head.versionId });
}

async function findInPack(
  audit: Audit,
  row: Item,
  sought: ReadonlyMap<string, LostRecord>,
): Promise<readonly (readonly [string, Item])[]> {
  const { domain, hash } = chunksKey(row);
  const pack = await audit.packs.get({ domain, hash });
  if (pack === undefined || pack.state === 'deleted') return [];
  const objectKey = packObjectKey(pack);
  const version = pack.versionId === undefined ? {} : { versionId: pack.versionId };
  const found: (readonly [string, Item])[] = [];
  for (const member of placeMembers(pack.members)) {
    const name = nameOf({ domain, hash: member.hash });
    if (!sought.has(name) || storedLength(member) === 0) continue;
    const record = await rowIfWhole(audit, domain, { ...member, objectKey, ...version });
    if (record !== undefined) found.push([name, record]);
  }
  return found;
}

async function rowIfWhole(audit: Audit, domain: string, chunk: NewChunk): Promise<Item | undefined> {
  const defect = await inspectChunk(audit, { ...chunk, domain }, 'bytes');
  if (defect !== undefined) return undefined;
  const { hash, ...place } = chunk;
  const row = { ...place, state: 'live', pinnedUntil: 0, storedAt: audit.clock.now() };
  return { ...toAttributes(row), ...keyAttributes({ pk: `${domain}#${hash}`, sk: 'chunk' }) };
}

export function nameOf({ domain, hash }: Pick<LostRecord, 'domain' | 'hash'>): string {
  return `${domain}#${hash}`;
}
