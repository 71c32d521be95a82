import type { NamespaceId } from '@syncline/protocol';
import { logicalBytesAdded, trashBytesAdded } from '../lambdas/journal/node-change.ts';
import { headKey, headOf } from '../lambdas/namespaces/dynamodb-head-item.ts';
import { nodeOf } from '../lambdas/namespaces/dynamodb-node-item.ts';
import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import { keyAttributes } from '../lambdas/runtime/dynamodb-batches.ts';
import type { Audit } from './audit.ts';
import { retainedRevision } from './check-contents.ts';
import { filesKey, readRow, tablePages } from './dynamodb-rows.ts';
import type { Finding } from './finding.ts';
import { COUNTS_MAX } from './limits.ts';

interface Bytes {
  logical: number;
  retained: number;
  trash: number;
}

const NONE: Readonly<Bytes> = { logical: 0, retained: 0, trash: 0 };

/** Bytes by the namespace under whose id the rows lie, as the rows say. Memory: a line for each namespace. */
export class UsageCount {
  readonly #bytes = new Map<NamespaceId, Bytes>();

  add(row: Item): void {
    const { kind, namespaceId: groundId, sortKey } = filesKey(row);
    if (kind !== 'node') return;
    const bytes = this.#bytes.get(groundId) ?? { ...NONE };
    this.#bytes.set(groundId, bytes);
    const revision = retainedRevision(row);
    if (revision !== undefined) {
      bytes.retained += revision.size;
      return;
    }
    // As much as it counted for when it came to be as it is.
    if (sortKey === 'node') {
      const made = { after: nodeOf(groundId, row) };
      bytes.logical += logicalBytesAdded(made);
      bytes.trash += trashBytesAdded(made);
    }
  }

  of(groundId: NamespaceId): Readonly<Bytes> {
    return this.#bytes.get(groundId) ?? { ...NONE };
  }
}

/**
 * Compares what a head counts with what was counted in a scan. Where they differ it is counted anew until nothing was committed meanwhile,
 * COUNTS_MAX times: a namespace that is changed all the time is not judged. Cost of each: a scan of the table Files.
 */
export async function checkUsage(audit: Audit, groundId: NamespaceId, first: UsageCount): Promise<readonly Finding[]> {
  const key = keyAttributes(headKey(groundId));
  let row = await readRow(audit, 'accounts', key);
  if (row === undefined || difference(row, groundId, first) === undefined) return [];
  for (let tries = 0; tries < COUNTS_MAX; tries++) {
    const count = new UsageCount();
    const before = [await positions(audit, groundId), await readRow(audit, 'accounts', key)];
    for await (const rows of tablePages(audit, 'files')) {
      for (const counted of rows) if (filesKey(counted).namespaceId === groundId) count.add(counted);
    }
    row = await readRow(audit, 'accounts', key);
    if (row === undefined) return [];
    const detail = difference(row, groundId, count);
    if (detail === undefined) return [];
    // Steps at what is left of folders that went change bytes, and append nothing.
    const now = [await positions(audit, groundId), row];
    if (JSON.stringify(now) !== JSON.stringify(before)) continue;
    const { logical, retained, trash } = count.of(groundId);
    const counted = { bytesLogical: { N: String(logical) }, bytesRetained: { N: String(retained) } };
    const after = { ...row, ...counted, ...(trash === 0 ? {} : { bytesTrash: { N: String(trash) } }) };
    const change = { table: 'accounts', before: row, after } as const;
    return [{ code: 'usage-differs', about: { namespaceId: groundId }, detail, mend: { kind: 'row', change } }];
  }
  return [];
}

function difference(row: Item, groundId: NamespaceId, count: UsageCount): string | undefined {
  const { bytesLogical, bytesRetained, bytesTrash = 0 } = headOf(groundId, row);
  const { logical, retained, trash } = count.of(groundId);
  if (logical === bytesLogical && retained === bytesRetained && trash === bytesTrash) return undefined;
  const words = 'bytes (present, retained, in the trash)';
  return `${bytesLogical}, ${bytesRetained} and ${bytesTrash} ${words} are counted, and there are ${logical}, ${retained} and ${trash}`;
}

/** Where all journals stand whose changes count on a head. */
async function positions({ index, grounds }: Audit, groundId: NamespaceId): Promise<string> {
  await grounds.refresh();
  const heads = [];
  for (const namespaceId of grounds.group(groundId)) heads.push(await index.getHead(namespaceId));
  return JSON.stringify(heads);
}
