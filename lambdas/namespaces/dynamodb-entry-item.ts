import type { AccountId, ChangeType, DeviceId, NamespaceId, OpId } from '@syncline/protocol';
import type { Item } from '../runtime/dynamodb-api.ts';
import { expiryAttribute, expiryOf, fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type NodeRow, nodeAttributes, nodeOfRow } from './dynamodb-node-item.ts';
import type { JournalEntry } from './namespace-store.ts';
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
  const row = fromAttributes(item) as EntryRow & NodeRow;
  const {
    pk: namespaceId,
    sk: seq,
    type,
    deviceId,
    accountId,
    opId,
    changedAt,
    epoch: _epoch,
    expiresAt,
    ...node
  } = row;
  const entry = { namespaceId, seq, type, deviceId, accountId, opId, changedAt, expiresAt: expiryOf(expiresAt) };
  return { ...entry, node: nodeOfRow(namespaceId, node) };
}

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
}
