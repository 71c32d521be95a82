import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import type { Audit } from './audit.ts';
import { keyOfRow, readRow } from './dynamodb-rows.ts';
import { type Finding, findingKey, type TableRole } from './finding.ts';
import { RECHECK_DELAYS_MS } from './limits.ts';

/**
 * What `look` finds, and still finds after a while, each time anew. So nothing is told that only was seen in the middle of a write: rows
 * that belong together are read one after the other.
 */
export async function confirm(
  { clock, grounds }: Pick<Audit, 'clock' | 'grounds'>,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  let found = await look();
  for (const delayMs of RECHECK_DELAYS_MS) {
    if (found.length === 0) return found;
    await clock.sleep(delayMs);
    // A folder may have been shared since.
    await grounds.refresh();
    const again = new Map((await look()).map((finding) => [findingKey(finding), finding]));
    found = found.flatMap((finding) => again.get(findingKey(finding)) ?? []);
  }
  return found;
}

/** The same for a row of a scan, which is read anew each time; nothing is found in one that is gone. */
export async function confirmRow(
  audit: Audit,
  table: TableRole,
  { scanned, check }: { readonly scanned: Item; readonly check: (row: Item) => Promise<readonly Finding[]> },
): Promise<readonly Finding[]> {
  let row: Item | undefined = scanned;
  let isFirst = true;
  return confirm(audit, async () => {
    if (!isFirst) row = await readRow(audit, table, keyOfRow(scanned));
    isFirst = false;
    return row === undefined ? [] : check(row);
  });
}
