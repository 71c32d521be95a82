import { AccountId, NamespaceId, type NodeId, rootNodeId } from '@syncline/protocol';
import { headKey, headOf } from '../lambdas/namespaces/dynamodb-head-item.ts';
import { type NamespaceHead, NODE_KEYS_MAX } from '../lambdas/namespaces/namespace-store.ts';
import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../lambdas/runtime/dynamodb-attributes.ts';
import { keyAttributes } from '../lambdas/runtime/dynamodb-batches.ts';
import { queryItems } from '../lambdas/runtime/dynamodb-query.ts';
import {
  accountPartition,
  MEMBER_PREFIX,
  MOUNT_PREFIX,
  memberKey,
  memberRow,
  mountKey,
  mountOf,
  mountRow,
  namespacePartition,
  roleOf,
} from '../lambdas/sharing/dynamodb-sharing-rows.ts';
import type { Audit } from './audit.ts';
import { journalPages } from './check-journal.ts';
import { accountsKey, readRow, textOf } from './dynamodb-rows.ts';
import type { Finding } from './finding.ts';

/** Of a row in the table Accounts: that what it points to is there, and points back, and that what is counted is so. */
export async function checkAccountsRow(audit: Audit, row: Item): Promise<readonly Finding[]> {
  const { kind, id, namespaceId, accountId, otherAccountId, sortKind, sortKey } = accountsKey(row);
  if (kind === 'ns' && sortKey === 'head') return checkHead(audit, row, namespaceId);
  if (kind === 'ns' && sortKind === 'member') {
    return checkMember(audit, { namespaceId, accountId: otherAccountId }, row);
  }
  if (kind === 'account' && sortKey === 'account') return checkAccount(audit, row, accountId);
  if (kind === 'account' && sortKind === 'mount') return checkMount(audit, row, accountId);
  if (kind === 'account' && sortKind === 'link') return checkOwnLink(audit, row, accountId);
  if (kind === 'link') return checkLink(audit, row, id);
  return [];
}

async function checkHead(audit: Audit, row: Item, namespaceId: NamespaceId): Promise<readonly Finding[]> {
  const head = headOf(namespaceId, row);
  const { ownerAccountId: accountId, groundId } = head;
  const findings: Finding[] = [];
  const owner = await readAccounts(audit, memberKey(namespaceId, accountId));
  if (owner === undefined || roleOf(owner) !== 'owner') {
    const since = typeof owner === 'undefined' ? new Date(audit.clock.now()).toISOString() : textOf(owner, 'since');
    const after = memberRow({ namespaceId, accountId, role: 'owner', since });
    const change = { table: 'accounts', ...(owner === undefined ? {} : { before: owner }), after } as const;
    findings.push({ code: 'owner-missing', about: { namespaceId, accountId }, mend: { kind: 'row', change } });
  }
  if (groundId !== undefined && (await readAccounts(audit, headKey(groundId))) === undefined) {
    findings.push({ code: 'ground-missing', about: { namespaceId }, detail: `its rows lie under ${groundId}` });
  }
  if (groundId !== undefined) {
    const members = await countRows(audit, namespacePartition(namespaceId), MEMBER_PREFIX);
    findings.push(...counted(row, head, { code: 'member-count-differs', name: 'memberCount', count: members }));
  } else {
    const mounts = await countRows(audit, accountPartition(accountId), MOUNT_PREFIX);
    findings.push(...counted(row, head, { code: 'mount-count-differs', name: 'mountCount', count: mounts }));
  }
  return findings;
}

function counted(
  row: Item,
  head: NamespaceHead,
  {
    code,
    name,
    count,
  }: {
    readonly code: 'member-count-differs' | 'mount-count-differs';
    readonly name: 'memberCount' | 'mountCount';
    readonly count: number;
  },
): readonly Finding[] {
  const kept = head[name] ?? 0;
  if (kept === count) return [];
  const change = { table: 'accounts', before: row, after: { ...row, [name]: { N: String(count) } } } as const;
  const about = { namespaceId: head.namespaceId };
  return [{ code, about, detail: `${kept} are counted, and there are ${count}`, mend: { kind: 'row', change } }];
}

async function checkAccount(audit: Audit, row: Item, accountId: AccountId): Promise<readonly Finding[]> {
  const namespaceId = NamespaceId.parse(textOf(row, 'homeNamespaceId'));
  const head = await readAccounts(audit, headKey(namespaceId));
  if (head !== undefined && headOf(namespaceId, head).ownerAccountId === accountId) return [];
  return [{ code: 'home-missing', about: { accountId, namespaceId } }];
}

async function checkMember(
  audit: Audit,
  { namespaceId, accountId }: { readonly namespaceId: NamespaceId; readonly accountId: AccountId },
  row: Item,
): Promise<readonly Finding[]> {
  const about = { namespaceId, accountId };
  const headRow = await readAccounts(audit, headKey(namespaceId));
  const home = await homeOf(audit, accountId);
  if (headRow === undefined || home === undefined) {
    return [{ code: 'member-stray', about, detail: headRow === undefined ? 'no such namespace' : 'no such account' }];
  }
  if (headOf(namespaceId, headRow).groundId === undefined) return [];
  if ((await readAccounts(audit, mountKey(accountId, namespaceId))) !== undefined) return [];
  const nodeId = await mountNodeOf(audit, { home, namespaceId });
  const detail = nodeId === undefined ? 'it does not stand in the tree either' : `it stands there as ${nodeId}`;
  if (nodeId === undefined) return [{ code: 'mount-missing', about, detail }];
  const after = mountRow({ accountId, namespaceId, nodeId, joinedAt: textOf(row, 'since') });
  return [{ code: 'mount-missing', about, detail, mend: { kind: 'row', change: { table: 'accounts', after } } }];
}

/** The live node of a home that stands for a shared folder: an owner's often has the folder's id, any other is told by the journal. */
async function mountNodeOf(
  audit: Audit,
  { home, namespaceId }: { readonly home: NamespaceId; readonly namespaceId: NamespaceId },
): Promise<NodeId | undefined> {
  const nodeIds = new Set<NodeId>([rootNodeId(namespaceId)]);
  for await (const entries of journalPages(audit, home, Number.MAX_SAFE_INTEGER)) {
    for (const { node } of entries) if (node.mountedNamespaceId === namespaceId) nodeIds.add(node.nodeId);
  }
  const nodes = await audit.namespaces.getNodes(home, [...nodeIds].slice(-NODE_KEYS_MAX));
  return [...nodes.values()].find(
    ({ kind, deletedAt, mountedNamespaceId }) =>
      kind === 'mount' && deletedAt === undefined && mountedNamespaceId === namespaceId,
  )?.nodeId;
}

async function checkMount(audit: Audit, row: Item, accountId: AccountId): Promise<readonly Finding[]> {
  const { namespaceId, nodeId } = mountOf(accountId, row);
  const about = { namespaceId, accountId, nodeId };
  const home = await homeOf(audit, accountId);
  const node = home === undefined ? undefined : (await audit.namespaces.getNodes(home, [nodeId])).get(nodeId);
  const stands = node?.kind === 'mount' && node.deletedAt === undefined && node.mountedNamespaceId === namespaceId;
  if (!stands) {
    return [{ code: 'mount-dangling', about, mend: { kind: 'row', change: { table: 'accounts', before: row } } }];
  }
  if ((await readAccounts(audit, memberKey(namespaceId, accountId))) !== undefined) return [];
  return [{ code: 'mount-left-over', about, path: `/${node.name}` }];
}

async function checkLink(audit: Audit, row: Item, tokenHash: string): Promise<readonly Finding[]> {
  const accountId = AccountId.parse(textOf(row, 'accountId'));
  const linkId = textOf(row, 'linkId');
  const key = { pk: accountPartition(accountId), sk: `link#${linkId}` };
  if (isOver(audit, row) || (await readAccounts(audit, key)) !== undefined) return [];
  const attributes = toAttributes({ tokenHash: Buffer.from(tokenHash, 'hex') });
  const expiry = row['expiresAt'] === undefined ? {} : { expiresAt: row['expiresAt'] };
  const after = { ...keyAttributes(key), ...attributes, ...expiry };
  const mend = { kind: 'row', change: { table: 'accounts', after } } as const;
  return [{ code: 'link-pointer-missing', about: { accountId, linkId }, mend }];
}

async function checkOwnLink(audit: Audit, row: Item, accountId: AccountId): Promise<readonly Finding[]> {
  const { tokenHash } = fromAttributes(row) as { readonly tokenHash: Uint8Array };
  const key = { pk: `link#${Buffer.from(tokenHash).toString('hex')}`, sk: 'link' };
  if (isOver(audit, row) || (await readAccounts(audit, key)) !== undefined) return [];
  const linkId = (row['sk']?.S ?? '').slice('link#'.length);
  const mend = { kind: 'row', change: { table: 'accounts', before: row } } as const;
  return [{ code: 'link-dangling', about: { accountId, linkId }, mend }];
}

/** Rows that have expired go one after the other. */
function isOver({ clock }: Audit, row: Item): boolean {
  const expiresAt = Number(row['expiresAt']?.N ?? Number.POSITIVE_INFINITY);
  return expiresAt * 1000 <= clock.now();
}

async function homeOf(audit: Audit, accountId: AccountId): Promise<NamespaceId | undefined> {
  const row = await readAccounts(audit, { pk: accountPartition(accountId), sk: 'account' });
  return row === undefined ? undefined : NamespaceId.parse(textOf(row, 'homeNamespaceId'));
}

async function countRows({ client, tableNames }: Audit, partition: string, prefix: string): Promise<number> {
  const query = {
    TableName: tableNames.accounts,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :partition AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: toAttributes({ ':partition': partition, ':prefix': prefix }),
  };
  return (await queryItems(client, query)).length;
}

function readAccounts(audit: Audit, key: { readonly pk: string; readonly sk: string }): Promise<Item | undefined> {
  return readRow(audit, 'accounts', keyAttributes(key));
}
