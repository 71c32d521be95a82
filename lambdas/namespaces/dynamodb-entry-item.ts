import type { AccountId, ChangeType, DeviceId, NamespaceId, OpId } from '@syncline/protocol';
import type { AttributeValue, Item } from '../runtime/dynamodb-api.ts';
import { expiryAttribute, expiryOf, fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type NodeRow, nodeAttributes, nodeOfRow } from './dynamodb-node-item.ts';
import type { JournalEntry, NodeBefore } from './namespace-store.ts';
import { toWireNode } from './wire-node.ts';

/** The key of a journal entry in the table Changes, whose sort key is the sequence as a number. */
export function entryKey(namespaceId: NamespaceId, seq: number): Item {
  return { pk: { S: namespaceId }, sk: { N: String(seq) } };
}

/** The node lies flat beside the attributes of the entry. `epoch` is for readers of the stream, who push it as a hint. */
export function entryAttributes(entry: JournalEntry, epoch: number): Item {
  const { namespaceId: _inKey, seq: _inSortKey, node, expiresAt, ...rest } = entry;
  return {
    ...nodeAttributes(toWireNode(node)),
    ...toAttributes({ ...rest, epoch, expiresAt: expiryAttribute(expiresAt) }),
  };
}

export function entryOf(item: Item): JournalEntry {
  const ofEntry: Record<string, AttributeValue> = {};
  const ofNode: Record<string, AttributeValue> = {};
  // By a loop: taking the rest of an object costs several times as much, and a page has a thousand entries.
  for (const [name, value] of Object.entries(item)) (ENTRY_ATTRIBUTES.has(name) ? ofEntry : ofNode)[name] = value;
  const row = fromAttributes(ofEntry) as EntryRow;
  const { pk: namespaceId, sk: seq, type, deviceId, accountId, opId, changedAt, expiresAt, was } = row;
  const node = nodeOfRow(namespaceId, fromAttributes(ofNode) as NodeRow);
  const entry = { namespaceId, seq, type, node, deviceId, accountId, opId, changedAt, expiresAt: expiryOf(expiresAt) };
  return was === undefined ? entry : { ...entry, was };
}

const ENTRY_ATTRIBUTES: ReadonlySet<string> = new Set<keyof EntryRow>([
  'pk',
  'sk',
  'type',
  'deviceId',
  'accountId',
  'opId',
  'changedAt',
  'epoch',
  'expiresAt',
  'was',
]);

interface EntryRow {
  readonly pk: NamespaceId;
  readonly sk: number;
  readonly type: ChangeType;
  readonly deviceId: DeviceId;
  readonly accountId: AccountId;
  readonly opId: OpId;
  readonly changedAt: string;
  readonly epoch: number;
  readonly expiresAt: number;
  readonly was?: NodeBefore;
}
