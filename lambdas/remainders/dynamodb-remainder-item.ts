import type { NamespaceId } from '@syncline/protocol';
import type { Item } from '../runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import { type OpenRemainder, type Remainder, remainderKey } from './remainder.ts';

/** What is left to be done in a ground is one partition of the table Files, in the order in which it is settled. */
export function remainderPartition(groundId: NamespaceId): string {
  return `left#${groundId}`;
}

export function remainderItemKey(groundId: NamespaceId, remainder: Remainder): ItemKey {
  return { pk: remainderPartition(groundId), sk: remainderKey(remainder) };
}

export function remainderItem(groundId: NamespaceId, remainder: Remainder, token: string): Item {
  return { ...keyAttributes(remainderItemKey(groundId, remainder)), ...toAttributes({ ...remainder, token }) };
}

export function remainderOf(item: Item): OpenRemainder {
  const { pk: _pk, sk: _sk, ...rest } = fromAttributes(item) as OpenRemainder & ItemKey;
  return rest;
}

/** The condition that a remainder is the one that was read. */
export function isToken(token: string) {
  return {
    ConditionExpression: '#token = :token',
    // A reserved word of DynamoDB's expressions.
    ExpressionAttributeNames: { '#token': 'token' },
    ExpressionAttributeValues: toAttributes({ ':token': token }),
  };
}
