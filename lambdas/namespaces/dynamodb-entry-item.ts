import type { MembershipChange, NamespaceId, Node } from '@syncline/protocol';
import type { Item } from '../runtime/dynamodb-api.ts';
import {
  expiryAttribute,
  expiryOf,
  hashOf,
  integerOf,
  textOf,
  toAttributes,
  valueOf,
} from '../runtime/dynamodb-attributes.ts';
import { nodeAttributes } from './dynamodb-node-item.ts';
import type { EntryPage, JournalEntry, NodeBefore } from './namespace-store.ts';
import { toWireNode } from './wire-node.ts';

/** The key of a journal entry in the table Changes, whose sort key is the sequence as a number. */
export function entryKey(namespaceId: NamespaceId, seq: number): Item {
  return { pk: { S: namespaceId }, sk: { N: String(seq) } };
}

/** What a query of the table Changes asks for entries above `after`, up to `limit` of them. Strongly consistent. */
export function entriesQuery({ namespaceId, after, limit }: EntryPage) {
  return {
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :namespace AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: toAttributes({ ':namespace': namespaceId, ':first': after + 1, ':last': after + limit }),
  };
}

/** The node lies flat beside the attributes of the entry. `epoch` is for readers of the stream, who push it as a hint. */
export function entryAttributes(entry: JournalEntry, epoch: number): Item {
  const { namespaceId: _inKey, seq: _inSortKey, node, expiresAt, ...rest } = entry;
  return {
    ...nodeAttributes(toWireNode(node)),
    ...toAttributes({ ...rest, epoch, expiresAt: expiryAttribute(expiresAt) }),
  };
}

/** Reads each attribute by its name: a page has a thousand entries, of which copies or rests of objects would take most of the time. */
export function entryOf(item: Item): JournalEntry {
  const namespaceId = textOf(item['pk']);
  const entry = {
    namespaceId,
    seq: integerOf(item['sk']),
    type: textOf(item['type']),
    node: nodeOfEntry(namespaceId, item),
    deviceId: textOf(item['deviceId']),
    accountId: textOf(item['accountId']),
    opId: textOf(item['opId']),
    changedAt: textOf(item['changedAt']),
    expiresAt: expiryOf(integerOf(item['expiresAt'])),
  } satisfies Readonly<Record<RequiredName<JournalEntry>, unknown>> as JournalEntry;
  const was = valueOf(item['was']) as NodeBefore | undefined;
  const member = valueOf(item['member']) as MembershipChange | undefined;
  const requestId = valueOf(item['requestId']) as string | undefined;
  if (member !== undefined) return { ...entry, member };
  const traced = requestId === undefined ? entry : { ...entry, requestId };
  return was === undefined ? traced : { ...traced, was };
}

function nodeOfEntry(namespaceId: string, item: Item): Node {
  const node = {
    namespaceId,
    nodeId: textOf(item['nodeId']),
    parentId: textOf(item['parentId']),
    name: textOf(item['name']),
    kind: textOf(item['kind']),
    rev: integerOf(item['rev']),
    contentRev: integerOf(item['contentRev']),
    placeRev: integerOf(item['placeRev']),
    size: integerOf(item['size']),
    modifiedAt: textOf(item['modifiedAt']),
  } satisfies Readonly<Record<RequiredName<Node>, unknown>>;
  const more: Record<string, unknown> = node;
  const contentHash = valueOf(item['contentHash']);
  if (contentHash !== undefined) more['contentHash'] = hashOf(contentHash as Uint8Array);
  for (const name of OPTIONAL_MEMBERS) {
    const value = valueOf(item[name]);
    if (value !== undefined) more[name] = value;
  }
  return node as Node;
}

/** Members of a node that may be absent and are stored as they are. The type has all of them, so that none is forgotten. */
const OPTIONAL: Readonly<Record<Exclude<OptionalName<Node>, 'contentHash'>, true>> = {
  executable: true,
  clientModifiedAt: true,
  deletedAt: true,
  mountedNamespaceId: true,
};
const OPTIONAL_MEMBERS = Object.keys(OPTIONAL);

type OptionalName<T> = { [Name in keyof T]-?: object extends Pick<T, Name> ? Name : never }[keyof T];
type RequiredName<T> = Exclude<keyof T, OptionalName<T>>;
