import type { Clock, Random } from '../lambdas/runtime/clock.ts';
import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import { batchPutItems } from '../lambdas/runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../lambdas/runtime/dynamodb-client.ts';
import { DynamodbRefusal } from '../lambdas/runtime/dynamodb-failure.ts';
import { mapBounded } from '../lambdas/runtime/map-bounded.ts';
import { retryDelayMs } from '../lambdas/runtime/retry-delay.ts';
import { UnavailableError } from '../lambdas/runtime/unavailable-error.ts';
import { AdminProblem } from './admin-problem.ts';
import { keyOfRow } from './dynamodb-rows.ts';
import { BATCH_KEYS_MAX, BATCH_TRIES_MAX, CHECKS_IN_FLIGHT_MAX, PAGE_ROWS_MAX, SCAN_PAGES_MAX } from './limits.ts';

/** All tables of a deployment, which are set back together. */
export const SET_BACK_TABLES = ['accounts', 'changes', 'chunks', 'files', 'sessions'] as const;
export type SetBackTable = (typeof SET_BACK_TABLES)[number];

/** The tables of a deployment, as whoever may write all of them sees them. */
export interface TablesAccess {
  readonly client: DynamodbCalls;
  readonly tableNames: Readonly<Record<SetBackTable, string>>;
  readonly clock: Clock;
  readonly random: Random;
}

export interface SetBackOptions {
  /** What the names of the tables with the rows of the earlier moment have behind the names of the present ones. */
  readonly suffix: string;
  readonly isDry: boolean;
  readonly progress: (table: SetBackTable, rows: number) => void;
}

/** Of one table: rows that were put back, rows that are gone, and rows that were the same at both times. */
export interface SetBackRows {
  readonly table: SetBackTable;
  readonly put: number;
  readonly removed: number;
  readonly same: number;
}

/**
 * Makes each table hold exactly the rows of another one, which AWS has restored to an earlier moment. Writes only what differs, so the tables, their
 * streams and all that names them stay. Not atomic and idempotent: broken off, it is repeated. Nothing is written unless all tables are there with rows in them.
 *
 * Precondition: nobody writes to any of the tables meanwhile. Cost: 1 read unit for each KiB of both tables, and a write unit for each KiB that differs.
 *
 * @throws AdminProblem when a restored table is not there, or has no rows where the present one has some.
 */
export async function setBack(access: TablesAccess, options: SetBackOptions): Promise<readonly SetBackRows[]> {
  for (const table of SET_BACK_TABLES) await checkRestored(access, table, options.suffix);
  const done: SetBackRows[] = [];
  for (const table of SET_BACK_TABLES) done.push(await setTableBack(access, table, options));
  return done;
}

async function setTableBack(access: TablesAccess, table: SetBackTable, options: SetBackOptions): Promise<SetBackRows> {
  const { isDry, suffix, progress } = options;
  const name = access.tableNames[table];
  const restored = `${name}${suffix}`;
  const rows = { put: 0, removed: 0, same: 0 };
  for await (const page of pages(access, restored)) {
    const present = await rowsOf(access, name, page);
    const differing = page.filter((row) => !isSame(row, present.get(keyText(row))));
    if (!isDry) await batchPutItems(access, name, differing);
    rows.put += differing.length;
    rows.same += page.length - differing.length;
    progress(table, rows.put + rows.same);
  }
  for await (const page of pages(access, name)) {
    const kept = await rowsOf(access, restored, page);
    const surplus = page.filter((row) => !kept.has(keyText(row)));
    if (!isDry) {
      await mapBounded(CHECKS_IN_FLIGHT_MAX, surplus, (row) =>
        access.client.send('DeleteItem', { TableName: name, Key: keyOfRow(row) }),
      );
    }
    rows.removed += surplus.length;
  }
  return { table, ...rows };
}

/** A restore that has not ended, or was made of something else, would take everything away. */
async function checkRestored(access: TablesAccess, table: SetBackTable, suffix: string): Promise<void> {
  const name = access.tableNames[table];
  const [restored, present] = [await hasRows(access, `${name}${suffix}`), await hasRows(access, name)];
  // Sessions end by themselves: at that moment there may have been none.
  if (restored === true || (restored === false && (present !== true || table === 'sessions'))) return;
  throw new AdminProblem({
    what: `The table ${name}${suffix} ${restored === undefined ? 'is not there' : 'has no rows'}. Nothing was changed.`,
    remedy: 'Restore all five tables to one moment first, and wait until each is active (docs/OPERATING.md).',
  });
}

/** Undefined when there is no such table. */
async function hasRows({ client }: TablesAccess, name: string): Promise<boolean | undefined> {
  try {
    const { Items: items = [] } = await client.send('Scan', { TableName: name, Limit: 1 });
    return items.length > 0;
  } catch (error) {
    if (error instanceof DynamodbRefusal && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

async function* pages({ client }: TablesAccess, name: string): AsyncGenerator<readonly Item[]> {
  let start: Item | undefined;
  for (let page = 0; page < SCAN_PAGES_MAX; page++) {
    const { Items: items = [], LastEvaluatedKey: last } = await client.send('Scan', {
      TableName: name,
      Limit: PAGE_ROWS_MAX,
      ConsistentRead: true,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    yield items;
    if (last === undefined) return;
    start = last;
  }
}

/** The rows of a table with the keys of these ones, by `keyText`. */
async function rowsOf(
  { client, clock, random }: TablesAccess,
  name: string,
  rows: readonly Item[],
): Promise<ReadonlyMap<string, Item>> {
  const found = new Map<string, Item>();
  const batches = Array.from({ length: Math.ceil(rows.length / BATCH_KEYS_MAX) }, (_, index) =>
    rows.slice(index * BATCH_KEYS_MAX, (index + 1) * BATCH_KEYS_MAX),
  );
  await mapBounded(CHECKS_IN_FLIGHT_MAX, batches, async (batch) => {
    let left: readonly Item[] = batch.map(keyOfRow);
    for (let attempt = 1; attempt <= BATCH_TRIES_MAX; attempt++) {
      const answer = await client.send('BatchGetItem', {
        RequestItems: { [name]: { Keys: left, ConsistentRead: true } },
      });
      for (const row of answer.Responses?.[name] ?? []) found.set(keyText(row), row);
      left = answer.UnprocessedKeys?.[name]?.Keys ?? [];
      if (left.length === 0) return;
      await clock.sleep(retryDelayMs(random, attempt));
    }
    throw new UnavailableError('DynamoDB left a part of a batch unprocessed');
  });
  return found;
}

function keyText({ pk, sk }: Item): string {
  return JSON.stringify([pk?.S, sk?.S, sk?.N]);
}

/** Whether two rows have the same attributes. Sets that came in another order count as different, which costs one write. */
function isSame(row: Item, other: Item | undefined): boolean {
  return other !== undefined && inOrder(row) === inOrder(other);
}

function inOrder(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : member,
  );
}
