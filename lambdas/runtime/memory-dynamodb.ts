import { assert } from '@syncline/protocol';
import type {
  Delete,
  DynamodbAction,
  DynamodbAnswers,
  DynamodbRequests,
  Item,
  Put,
  Query,
  Scan,
  TransactWriteItem,
  Update,
} from './dynamodb-api.ts';
import type { DynamodbCalls } from './dynamodb-client.ts';
import { ConditionalCheckFailedException, TransactionCanceledException } from './dynamodb-failure.ts';
import { applyUpdate, compareAttributes, isTrue, projected } from './memory-dynamodb-expressions.ts';

type Write = Put | Update | Delete;

/** Bytes after which a page of a scan ends in DynamoDB; here it is rows, so that tests see pages. */
const PAGE_ROWS_MAX = 50;

/**
 * Tables in the memory of one process that answer as DynamoDB does, for what the adapters ask: so that these, and whatever reads the rows
 * themselves, run without an emulator. Not emulated: sizes, capacity, streams, times to live. Each call is atomic.
 */
export class MemoryDynamodb implements DynamodbCalls {
  /** Table → partition → sort key → row. */
  readonly #tables = new Map<string, Map<string, Map<string, Item>>>();

  async send<A extends DynamodbAction>(action: A, request: DynamodbRequests[A]): Promise<DynamodbAnswers[A]> {
    return this.#answer(action, request);
  }

  /** Every row of a table, in the order of a scan. */
  rows(table: string): readonly Item[] {
    const partitions = [...this.#partitions(table)].toSorted(([left], [right]) => (left < right ? -1 : 1));
    return partitions.flatMap(([, rows]) => [...rows.values()].toSorted(compareSortKeys));
  }

  /** Puts a row over whatever stands there, or takes it away, whatever anybody expects: what damage does. */
  meddle(table: string, key: Item, change: (row: Item | undefined) => Item | undefined): void {
    this.#store(table, key, change(this.#read(table, key)));
  }

  #answer(action: DynamodbAction, request: DynamodbRequests[DynamodbAction]): object {
    switch (action) {
      case 'GetItem': {
        const { TableName: table, Key: key, ...given } = request as DynamodbRequests['GetItem'];
        const item = this.#read(table, key);
        return item === undefined ? {} : { Item: projected(item, given) };
      }
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
        return this.#write(request as Write & { readonly ReturnValues?: 'ALL_NEW' | 'ALL_OLD' });
      case 'Query':
        return this.#query(request as Query);
      case 'Scan':
        return this.#scan(request as Scan);
      case 'BatchGetItem': {
        const asked = Object.entries((request as DynamodbRequests['BatchGetItem']).RequestItems);
        const answered = asked.map(([table, { Keys: keys }]): [string, readonly Item[]] => [
          table,
          keys.map((key) => this.#read(table, key)).filter((item) => item !== undefined),
        ]);
        return { Responses: Object.fromEntries(answered) };
      }
      case 'BatchWriteItem': {
        for (const [table, writes] of Object.entries((request as DynamodbRequests['BatchWriteItem']).RequestItems)) {
          for (const { PutRequest: put } of writes) if (put !== undefined) this.#store(table, put.Item, put.Item);
        }
        return {};
      }
      case 'TransactWriteItems':
        return this.#transact((request as DynamodbRequests['TransactWriteItems']).TransactItems);
    }
  }

  #write(write: Write & { readonly ReturnValues?: 'ALL_NEW' | 'ALL_OLD' }): object {
    const before = this.#read(write.TableName, keyOf(write));
    if (!holds(write, before)) {
      const item = write.ReturnValuesOnConditionCheckFailure === undefined ? undefined : before;
      throw new ConditionalCheckFailedException('The conditional request failed', item);
    }
    const after = this.#apply(write, before);
    const returned = write.ReturnValues === 'ALL_NEW' ? after : before;
    return write.ReturnValues === undefined || returned === undefined ? {} : { Attributes: returned };
  }

  #transact(items: readonly TransactWriteItem[]): object {
    const writes = items.map(({ Put: put, Update: update, Delete: removal }) => put ?? update ?? removal);
    const reasons = writes.map((write) => {
      assert(write !== undefined, 'a part of a transaction is a write');
      return { Code: holds(write, this.#read(write.TableName, keyOf(write))) ? 'None' : 'ConditionalCheckFailed' };
    });
    if (reasons.some(({ Code: code }) => code !== 'None')) throw new TransactionCanceledException('cancelled', reasons);
    for (const write of writes) if (write !== undefined) this.#apply(write, this.#read(write.TableName, keyOf(write)));
    return {};
  }

  #apply(write: Write, before: Item | undefined): Item | undefined {
    const key = keyOf(write);
    const after =
      'Item' in write ? write.Item : 'UpdateExpression' in write ? applyUpdate(write, before ?? key) : undefined;
    this.#store(write.TableName, key, after);
    return after;
  }

  #query(query: Query): object {
    const { ScanIndexForward: isForward = true, ExclusiveStartKey: start, Limit: limit = PAGE_ROWS_MAX } = query;
    const expressions = { ...query, ConditionExpression: query.KeyConditionExpression };
    const partition = query.IndexName === undefined ? partitionOf(query) : undefined;
    const rows =
      partition === undefined
        ? this.rows(query.TableName)
        : [...(this.#partitions(query.TableName).get(partition)?.values() ?? [])].toSorted(compareSortKeys);
    const found = rows.filter((row) => isTrue(expressions.ConditionExpression, expressions, row));
    const ordered = isForward ? found : found.toReversed();
    const from = start === undefined ? 0 : ordered.findIndex((row) => rowKey(row) === rowKey(start)) + 1;
    const { Items: items, ...last } = page(ordered.slice(from), limit);
    return { Items: items.map((row) => projected(row, query)), ...last };
  }

  #scan(scan: Scan): object {
    const { ExclusiveStartKey: start, Limit: limit = PAGE_ROWS_MAX, FilterExpression: filter } = scan;
    // A row that was removed meanwhile is still a place to go on behind.
    const rest = this.rows(scan.TableName).filter((row) => start === undefined || compareRows(row, start) > 0);
    const { Items: items, ...last } = page(rest, limit);
    return { Items: items.filter((row) => filter === undefined || isTrue(filter, scan, row)), ...last };
  }

  #read(table: string, key: Item): Item | undefined {
    return this.#partitions(table)
      .get(key['pk']?.S ?? '')
      ?.get(sortKeyText(key));
  }

  #store(table: string, key: Item, row: Item | undefined): void {
    const partitions = this.#partitions(table);
    const name = key['pk']?.S ?? '';
    const rows = partitions.get(name) ?? new Map<string, Item>();
    if (row === undefined) rows.delete(sortKeyText(key));
    else rows.set(sortKeyText(key), row);
    partitions.set(name, rows);
  }

  #partitions(table: string): Map<string, Map<string, Item>> {
    const partitions = this.#tables.get(table) ?? new Map<string, Map<string, Item>>();
    this.#tables.set(table, partitions);
    return partitions;
  }
}

function keyOf(write: Write): Item {
  return 'Item' in write ? write.Item : write.Key;
}

function holds(write: Write, before: Item | undefined): boolean {
  const { ConditionExpression: condition } = write;
  return condition === undefined || isTrue(condition, write, before);
}

/** The partition that a query is about: its first condition compares the partition key. */
function partitionOf(query: Query): string | undefined {
  const [, name = ''] = /^pk = (:\w+)/.exec(query.KeyConditionExpression) ?? [];
  return query.ExpressionAttributeValues[name]?.S;
}

function page(
  rows: readonly Item[],
  limit: number,
): { readonly Items: readonly Item[]; readonly LastEvaluatedKey?: Item } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  if (rows.length <= limit || last === undefined) return { Items: items };
  const { pk, sk } = last;
  return { Items: items, LastEvaluatedKey: { pk: pk ?? {}, sk: sk ?? {} } };
}

function sortKeyText({ sk }: Item): string {
  return sk?.S ?? sk?.N ?? '';
}

function rowKey(row: Item): string {
  return `${row['pk']?.S}\u0000${sortKeyText(row)}`;
}

function compareRows(left: Item, right: Item): number {
  const [leftPartition = '', rightPartition = ''] = [left['pk']?.S, right['pk']?.S];
  if (leftPartition !== rightPartition) return leftPartition < rightPartition ? -1 : 1;
  return compareSortKeys(left, right);
}

function compareSortKeys(left: Item, right: Item): number {
  return compareAttributes(left['sk'] ?? {}, right['sk'] ?? {});
}
