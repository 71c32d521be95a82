import type { ChunkHash, ContentHash, NamespaceId } from '@syncline/protocol';
import { DynamodbJournalPositions } from '../journal/dynamodb-journal-positions.ts';
import type { JournalPosition } from '../journal/journal-positions.ts';
import type { Delete, Put, Update } from '../runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { isAccepted, TransactionCanceledException } from '../runtime/dynamodb-failure.ts';
import { queryItems } from '../runtime/dynamodb-query.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { REFERENCES_IN_FLIGHT_MAX } from './limits.ts';
import {
  type ContentKey,
  contentKeyText,
  type DomainChunks,
  type NodeName,
  type NodePass,
  type ReferencedContent,
  type ReferenceStore,
} from './reference-store.ts';

export interface DynamodbReferenceDependencies {
  readonly client: DynamodbCalls;
  readonly tableNames: { readonly chunks: string };
}

/** References in the table Chunks: each in the partition of its chunk, what is known of a node in one of its own. */
export class DynamodbReferenceStore implements ReferenceStore {
  readonly #client: DynamodbCalls;
  readonly #table: string;
  readonly #positions: DynamodbJournalPositions;

  constructor({ client, tableNames }: DynamodbReferenceDependencies) {
    this.#client = client;
    this.#table = tableNames.chunks;
    this.#positions = new DynamodbJournalPositions({ client, tableName: tableNames.chunks, follower: 'projected' });
  }

  async beginPass(node: NodeName): Promise<number> {
    const { Attributes: attributes } = await this.#client.send('UpdateItem', {
      TableName: this.#table,
      Key: keyAttributes(passKey(node)),
      UpdateExpression: 'ADD #pass :one',
      ExpressionAttributeNames: { '#pass': 'pass' },
      ExpressionAttributeValues: toAttributes({ ':one': 1 }),
      ReturnValues: 'ALL_NEW',
    });
    return (fromAttributes(attributes ?? {}) as { readonly pass: number }).pass;
  }

  async isLastPass(pass: NodePass): Promise<boolean> {
    const row = await this.#get<{ readonly pass: number }>(passKey(pass));
    return row?.pass === pass.pass;
  }

  async listContents(node: NodeName): Promise<readonly ReferencedContent[]> {
    const items = await queryItems(this.#client, {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :node AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: toAttributes({ ':node': nodePartition(node), ':prefix': CONTENT_PREFIX }),
    });
    return items.map((item) => {
      const { sk, state, manifest } = fromAttributes(item) as ContentRow;
      const [domain = '', contentHash] = sk.slice(CONTENT_PREFIX.length).split('#');
      return {
        domain,
        contentHash: contentHash as ContentHash,
        state,
        ...(manifest === undefined ? {} : { manifest }),
      };
    });
  }

  beginAdding(pass: NodePass, content: ContentKey): Promise<boolean> {
    return isAccepted(() =>
      this.#client.send('PutItem', {
        TableName: this.#table,
        Item: {
          ...toAttributes({ state: 'adding', pass: pass.pass, manifest: content.manifest }),
          ...keyAttributes(contentItemKey(pass, content)),
        },
        ConditionExpression: 'attribute_not_exists(pk) OR #pass <= :pass',
        ExpressionAttributeNames: { '#pass': 'pass' },
        ExpressionAttributeValues: toAttributes({ ':pass': pass.pass }),
      }),
    );
  }

  endAdding(pass: NodePass, content: ContentKey): Promise<boolean> {
    return this.#updateWhileLast(pass, {
      TableName: this.#table,
      Key: keyAttributes(contentItemKey(pass, content)),
      ConditionExpression: '#state = :adding AND #pass = :pass',
      UpdateExpression: 'SET #state = :referenced',
      ExpressionAttributeNames: { '#state': 'state', '#pass': 'pass' },
      ExpressionAttributeValues: toAttributes({
        ':adding': 'adding',
        ':referenced': 'referenced',
        ':pass': pass.pass,
      }),
    });
  }

  beginDropping(pass: NodePass, content: ContentKey): Promise<boolean> {
    return this.#updateWhileLast(pass, {
      TableName: this.#table,
      Key: keyAttributes(contentItemKey(pass, content)),
      ConditionExpression: '#pass <= :pass',
      UpdateExpression: 'SET #state = :dropping, #pass = :pass',
      ExpressionAttributeNames: { '#state': 'state', '#pass': 'pass' },
      ExpressionAttributeValues: toAttributes({ ':dropping': 'dropping', ':pass': pass.pass }),
    });
  }

  endDropping(pass: NodePass, content: ContentKey): Promise<boolean> {
    const removal: Delete = {
      TableName: this.#table,
      Key: keyAttributes(contentItemKey(pass, content)),
      ConditionExpression: '#state = :dropping AND #pass = :pass',
      ExpressionAttributeNames: { '#state': 'state', '#pass': 'pass' },
      ExpressionAttributeValues: toAttributes({ ':dropping': 'dropping', ':pass': pass.pass }),
    };
    return isAccepted(() => this.#client.send('DeleteItem', removal));
  }

  async add(pass: NodePass, { domain, hashes }: DomainChunks): Promise<void> {
    await mapBounded(REFERENCES_IN_FLIGHT_MAX, hashes, (hash) => {
      const addition: Put = {
        TableName: this.#table,
        Item: { ...toAttributes({ pass: pass.pass }), ...keyAttributes(referenceKey(pass, { domain, hash })) },
        ConditionExpression: 'attribute_not_exists(pk) OR #pass < :pass',
        ExpressionAttributeNames: { '#pass': 'pass' },
        ExpressionAttributeValues: toAttributes({ ':pass': pass.pass }),
      };
      return isAccepted(() => this.#client.send('PutItem', addition));
    });
  }

  async drop(pass: NodePass, { domain, hashes }: DomainChunks): Promise<void> {
    await mapBounded(REFERENCES_IN_FLIGHT_MAX, hashes, (hash) => {
      const removal: Delete = {
        TableName: this.#table,
        Key: keyAttributes(referenceKey(pass, { domain, hash })),
        ConditionExpression: '#pass <= :pass',
        ExpressionAttributeNames: { '#pass': 'pass' },
        ExpressionAttributeValues: toAttributes({ ':pass': pass.pass }),
      };
      return isAccepted(() => this.#client.send('DeleteItem', removal));
    });
  }

  async isReferenced(domain: string, hash: ChunkHash): Promise<boolean> {
    const query = {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :chunk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: toAttributes({ ':chunk': `${domain}#${hash}`, ':prefix': REFERENCE_PREFIX }),
    };
    return (await queryItems(this.#client, query, 1)).length > 0;
  }

  getPosition(namespaceId: NamespaceId): Promise<JournalPosition | undefined> {
    return this.#positions.get(namespaceId);
  }

  advance(namespaceId: NamespaceId, to: JournalPosition): Promise<void> {
    return this.#positions.advance(namespaceId, to);
  }

  setPosition(namespaceId: NamespaceId, to: JournalPosition): Promise<void> {
    return this.#positions.set(namespaceId, to);
  }

  /** One write that holds only while no other pass over the node has begun. */
  async #updateWhileLast(pass: NodePass, change: Update): Promise<boolean> {
    const isLast: Update = {
      TableName: this.#table,
      Key: keyAttributes(passKey(pass)),
      ConditionExpression: '#pass = :pass',
      UpdateExpression: 'SET #pass = :pass',
      ExpressionAttributeNames: { '#pass': 'pass' },
      ExpressionAttributeValues: toAttributes({ ':pass': pass.pass }),
    };
    try {
      await this.#client.send('TransactWriteItems', { TransactItems: [{ Update: isLast }, { Update: change }] });
      return true;
    } catch (error) {
      if (error instanceof TransactionCanceledException) return false;
      throw error;
    }
  }

  async #get<Row>(key: ItemKey): Promise<Row | undefined> {
    const get = { TableName: this.#table, Key: keyAttributes(key), ConsistentRead: true };
    const { Item: item } = await this.#client.send('GetItem', get);
    return item === undefined ? undefined : (fromAttributes(item) as Row);
  }
}

/** A content of a node as it is kept. */
interface ContentRow extends ItemKey {
  readonly state: ReferencedContent['state'];
  readonly pass: number;
  readonly manifest?: Uint8Array;
}

const CONTENT_PREFIX = 'content#';
const REFERENCE_PREFIX = 'ref#';

function nodePartition({ namespaceId, nodeId }: NodeName): string {
  return `refs#${namespaceId}#${nodeId}`;
}

function passKey(node: NodeName): ItemKey {
  return { pk: nodePartition(node), sk: 'pass' };
}

function contentItemKey(node: NodeName, content: ContentKey): ItemKey {
  return { pk: nodePartition(node), sk: `${CONTENT_PREFIX}${contentKeyText(content)}` };
}

function referenceKey(
  { namespaceId, nodeId }: NodeName,
  { domain, hash }: { readonly domain: string; readonly hash: ChunkHash },
): ItemKey {
  return { pk: `${domain}#${hash}`, sk: `${REFERENCE_PREFIX}${namespaceId}#${nodeId}` };
}
