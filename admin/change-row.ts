import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import { isAccepted } from '../lambdas/runtime/dynamodb-failure.ts';
import type { Audit } from './audit.ts';
import { keyOfRow } from './dynamodb-rows.ts';
import type { RowChange } from './finding.ts';

/** Changes a row that is still as it was seen; false when it is not, and then nothing was written. Atomic. Cost: 1 write. */
export async function changeRow(
  { client, tableNames }: Pick<Audit, 'client' | 'tableNames'>,
  { table, before, after }: RowChange,
): Promise<boolean> {
  const condition = before === undefined ? { ConditionExpression: 'attribute_not_exists(pk)' } : asSeen(before);
  const write = { TableName: tableNames[table], ...condition };
  if (after !== undefined) return isAccepted(() => client.send('PutItem', { ...write, Item: after }));
  if (before === undefined) return true;
  return isAccepted(() => client.send('DeleteItem', { ...write, Key: keyOfRow(before) }));
}

function asSeen(row: Item) {
  const names = Object.keys(row);
  return {
    ConditionExpression: names.map((_name, index) => `#n${index} = :v${index}`).join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(names.map((name, index) => [`:v${index}`, row[name] ?? {}])),
  };
}
