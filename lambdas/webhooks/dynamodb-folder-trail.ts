import { assert, type ChangeType, type NamespaceId, type NodeId, type NodeKind } from '@syncline/protocol';
import { entriesQuery } from '../namespaces/dynamodb-entry-item.ts';
import { nodeKey } from '../namespaces/dynamodb-node-item.ts';
import { firstLiveRun } from '../namespaces/first-live-run.ts';
import { type EntryPage, type NamespaceStore, NODE_KEYS_MAX } from '../namespaces/namespace-store.ts';
import type { Item } from '../runtime/dynamodb-api.ts';
import { expiryOf, integerOf, textOf } from '../runtime/dynamodb-attributes.ts';
import { type BatchDependencies, keyAttributes } from '../runtime/dynamodb-batches.ts';
import { queryItems } from '../runtime/dynamodb-query.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { FolderTrail, TrailFolder, TrailStep } from './folder-trail.ts';
import { FOLDERS_IN_FLIGHT_MAX } from './limits.ts';

export interface DynamodbTrailDependencies extends BatchDependencies {
  readonly tableNames: { readonly changes: string; readonly files: string };
  readonly namespaces: Pick<NamespaceStore, 'getGround'>;
}

/** `type` is a word of expressions. Of what was before a change the parent alone is read. */
const STEP = {
  ProjectionExpression: 'sk, nodeId, parentId, was.parentId, expiresAt, #type',
  ExpressionAttributeNames: { '#type': 'type' },
} as const;
const FOLDER = { ProjectionExpression: 'parentId, kind, deletedAt, purgedAt' } as const;

/** Entries of the table Changes and nodes of the table Files, of which no other attribute is asked for: the role of who does allows no other. */
export class DynamodbFolderTrail implements FolderTrail {
  readonly #deps: DynamodbTrailDependencies;

  constructor(dependencies: DynamodbTrailDependencies) {
    this.#deps = dependencies;
  }

  async listSteps(page: EntryPage): Promise<readonly TrailStep[]> {
    const { client, clock, tableNames } = this.#deps;
    const items = await queryItems(client, { ...STEP, TableName: tableNames.changes, ...entriesQuery(page) });
    const run = firstLiveRun(items.map(stepOf), clock.now());
    return run.map(({ expiresAt: _end, ...step }) => step);
  }

  async getFolders(namespaceId: NamespaceId, nodeIds: readonly NodeId[]): Promise<ReadonlyMap<NodeId, TrailFolder>> {
    assert(nodeIds.length <= NODE_KEYS_MAX, 'a read has a limit of keys');
    const { client, tableNames, namespaces } = this.#deps;
    const groundId = await namespaces.getGround(namespaceId);
    const found = new Map<NodeId, TrailFolder>();
    // Of a batch the attributes stand with each table, where conditions of roles are not sure to find them.
    await mapBounded(FOLDERS_IN_FLIGHT_MAX, nodeIds, async (nodeId) => {
      const Key = keyAttributes(nodeKey(groundId, nodeId));
      const get = { ...FOLDER, TableName: tableNames.files, Key, ConsistentRead: true };
      const { Item: item } = await client.send('GetItem', get);
      if (item !== undefined) found.set(nodeId, folderOf(item));
    });
    return found;
  }
}

function stepOf(item: Item) {
  const wasParentId = item['was']?.M?.['parentId']?.S;
  return {
    seq: integerOf(item['sk']),
    type: textOf(item['type']) as ChangeType,
    nodeId: textOf(item['nodeId']) as NodeId,
    parentId: textOf(item['parentId']) as NodeId,
    ...(wasParentId === undefined ? {} : { wasParentId: wasParentId as NodeId }),
    expiresAt: expiryOf(integerOf(item['expiresAt'])),
  };
}

function folderOf(item: Item): TrailFolder {
  return {
    parentId: textOf(item['parentId']) as NodeId,
    kind: textOf(item['kind']) as NodeKind,
    isDeleted: item['deletedAt'] !== undefined,
    isPurged: item['purgedAt'] !== undefined,
  };
}
