import type { Item, TransactWriteItem } from '../../lambdas/runtime/dynamodb-api.ts';
import { transactionWriteUnits } from '../../lambdas/runtime/dynamodb-item-size.ts';

/**
 * Write units of a transaction by AWS's rule, from the request and from what stands there before. An update
 * of what stands there changes numbers alone, and is taken to be as large as before; one of nothing leaves the values that it sets.
 */
export function transactionUnits(items: readonly TransactWriteItem[], rowOf: (key: Item) => Item | undefined): number {
  let units = 0;
  for (const { Put: put, Update: update, Delete: deleted } of items) {
    if (put !== undefined) units += transactionWriteUnits(put.Item);
    if (deleted !== undefined) units += transactionWriteUnits(rowOf(deleted.Key) ?? {});
    if (update === undefined) continue;
    const { ExpressionAttributeValues: values = {}, ExpressionAttributeNames: names = {} } = update;
    const set: Item = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [names[`#${name.slice(1)}`] ?? name.slice(1), value]),
    );
    units += transactionWriteUnits(rowOf(update.Key) ?? { ...update.Key, ...set });
  }
  return units;
}
