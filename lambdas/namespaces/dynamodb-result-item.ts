import { assert, type NamespaceId, type OpId, splitOpId } from '@syncline/protocol';
import type { DeviceKey } from '../accounts/account-store.ts';
import type { AttributeValue, Item } from '../runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import type { ItemKey } from '../runtime/dynamodb-batches.ts';
import { RESULTS_PER_ITEM, type StoredResult } from './namespace-store.ts';

/**
 * Results of a batch of one device share an item of the table Accounts, RESULTS_PER_ITEM of them; each is an attribute whose name is
 * the operation's index. The common result is a text `<seq>@<namespaceId>`, so that a full item stays within 1 KiB;
 * one with a conflict or a node is a map.
 */
export function resultKey({ accountId, deviceId }: DeviceKey, opId: OpId): ItemKey {
  const { batch, index } = splitOpId(opId);
  return { pk: `op#${accountId}/${deviceId}`, sk: `${batch}#${Math.floor(index / RESULTS_PER_ITEM)}` };
}

export function resultAttributeName(opId: OpId): string {
  return String(splitOpId(opId).index);
}

export function resultAttribute(result: StoredResult): AttributeValue {
  const { namespaceId, seq, conflict, node } = result;
  const at = `${seq}@${namespaceId}`;
  if (conflict === undefined && node === undefined) return { S: at };
  return { M: toAttributes({ at, conflict, node }) };
}

export function resultOf(item: Item, opId: OpId): StoredResult | undefined {
  const attribute = item[resultAttributeName(opId)];
  if (attribute === undefined) return undefined;
  if (attribute.S !== undefined) return positionOf(attribute.S);
  const { at, ...rest } = fromAttributes(attribute.M ?? {}) as ResultRow;
  return { ...positionOf(at), ...rest };
}

function positionOf(at: string): { readonly namespaceId: NamespaceId; readonly seq: number } {
  const [seq, namespaceId] = at.split('@');
  assert(namespaceId !== undefined, 'a stored result names its place in a journal');
  return { namespaceId: namespaceId as NamespaceId, seq: Number(seq) };
}

type ResultRow = Pick<StoredResult, 'conflict' | 'node'> & { readonly at: string };
