import { type Node, NodeId, OpId, rootNodeId } from '@syncline/protocol';
import { entryAttributes, entryKey } from '../../lambdas/namespaces/dynamodb-entry-item.ts';
import { headItem } from '../../lambdas/namespaces/dynamodb-head-item.ts';
import { nodeAttributes } from '../../lambdas/namespaces/dynamodb-node-item.ts';
import { revisionAttributes } from '../../lambdas/namespaces/dynamodb-revision-item.ts';
import type { DynamodbAction, DynamodbAnswers, DynamodbRequests, Item } from '../../lambdas/runtime/dynamodb-api.ts';
import { expiryAttribute, toAttributes } from '../../lambdas/runtime/dynamodb-attributes.ts';
import { memberRow } from '../../lambdas/sharing/dynamodb-sharing-rows.ts';
import {
  accountId,
  chunkHash,
  contentHash,
  deviceId,
  FILE_BYTES,
  manifestOf,
  NEVER,
  namespaceId,
  numberedId,
  SINCE,
} from './generated-account.ts';

/** Nodes up to this number are files that are stored; those above do not exist, nor do their chunks. */
export const FILES_MAX = 10_000;
const DOMAIN = 'shared';

/**
 * Tables that nobody has filled: every row follows from its key, so that a journal may be as long as one likes. They hold an
 * account with a device, FILES_MAX files below the root, and an upload of every number whose chunk is confirmed; nothing stands at any
 * place. Writes are accepted and forgotten. All is in the form of the wire.
 */
export class GeneratedTables {
  readonly #entries: number;
  readonly #stored = new Map<string, number>();

  constructor(options: { readonly entries: number }) {
    this.#entries = options.entries;
    for (let file = 1; file <= FILES_MAX; file++) this.#stored.set(`${DOMAIN}#${chunkHash(file)}`, file);
  }

  answer<A extends DynamodbAction>(action: A, request: DynamodbRequests[A]): DynamodbAnswers[A] {
    return this.#answer(action, request as never);
  }

  #answer(action: DynamodbAction, request: never): object {
    switch (action) {
      case 'GetItem': {
        const item = this.row((request as DynamodbRequests['GetItem']).Key);
        return item === undefined ? {} : { Item: item };
      }
      case 'BatchGetItem':
        return this.#batch(request);
      case 'Query':
        return { Items: this.#journal(request) };
      case 'Scan':
        return { Items: [] };
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
      case 'BatchWriteItem':
      case 'TransactWriteItems':
        return {};
    }
  }

  #batch({ RequestItems: asked }: DynamodbRequests['BatchGetItem']): DynamodbAnswers['BatchGetItem'] {
    const responses = Object.entries(asked).map(([table, { Keys: keys }]): [string, readonly Item[]] => [
      table,
      keys.map((key) => this.row(key)).filter((item) => item !== undefined),
    ]);
    return { Responses: Object.fromEntries(responses), UnprocessedKeys: {} };
  }

  #journal({ ExpressionAttributeValues: values }: DynamodbRequests['Query']): readonly Item[] {
    const first = Number(values[':first']?.N);
    const last = Math.min(Number(values[':last']?.N), this.#entries);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => entryItem(first + index));
  }

  /** What stands at a key. */
  row(key: Item): Item | undefined {
    const attributes = this.#attributes(key['pk']?.S ?? '', key['sk']?.S ?? '');
    return attributes === undefined ? undefined : { ...attributes, ...key };
  }

  #attributes(pk: string, sk: string): Item | undefined {
    const [partition, , id = ''] = pk.split('#');
    const [row] = sk.split('#');
    switch (`${partition} ${row}`) {
      case 'account account':
        return toAttributes({ homeNamespaceId: namespaceId, createdAt: SINCE });
      case 'account device':
        return toAttributes({ deviceId, name: 'bench', platform: 'linux', createdAt: SINCE, lastSeenAt: SINCE });
      case 'ns head':
        return headOf(this.#entries);
      case 'ns member':
        return memberRow({ namespaceId, accountId, role: 'owner', since: SINCE });
      case 'node node':
        return Number(id) <= FILES_MAX ? nodeAttributes(fileNode(Number(id))) : undefined;
      case 'node rev':
        return revisionItem(Number(id));
      case 'upload upload':
        return sessionItem(Number(pk.split('#')[1]));
      case `${DOMAIN} chunk`: {
        const file = this.#stored.get(pk);
        return file === undefined ? undefined : chunkItem(file);
      }
      default:
        return undefined;
    }
  }
}

function headOf(seq: number): Item {
  const sums = { bytesLogical: 0, bytesRetained: 0, quotaBytes: 1e15 };
  return headItem({ namespaceId, seq, epoch: 1, ownerAccountId: accountId, ...sums });
}

function fileNode(file: number): Node {
  return {
    namespaceId,
    nodeId: NodeId.parse(numberedId(file)),
    parentId: rootNodeId(namespaceId),
    name: `a file of the bench, number ${file}.txt`,
    kind: 'file',
    rev: 1,
    contentRev: 1,
    placeRev: 1,
    size: FILE_BYTES,
    contentHash: contentHash(file),
    modifiedAt: SINCE,
  };
}

function content(file: number) {
  const chunking = 'fixed-4m' as const;
  return { size: FILE_BYTES, contentHash: contentHash(file), chunking, deviceId, accountId, domain: DOMAIN };
}

function revisionItem(file: number): Item {
  const nodeId = NodeId.parse(numberedId(file));
  const manifest = manifestOf(file);
  return revisionAttributes({ ...content(file), namespaceId, nodeId, rev: 1, committedAt: SINCE, clock: 1, manifest });
}

function sessionItem(upload: number): Item {
  const { accountId: ownerAccountId, contentHash: hash, ...rest } = content(upload);
  return toAttributes({
    ...rest,
    ownerAccountId,
    namespaceId,
    contentHash: Buffer.from(hash, 'hex'),
    chunkCount: 1,
    manifest: manifestOf(upload),
    confirmed: Buffer.from([0x80]),
    version: 1,
    expiresAt: expiryAttribute(NEVER),
  });
}

function chunkItem(file: number): Item {
  const hash = chunkHash(file);
  const objectKey = `chunks/${DOMAIN}/${hash}`;
  return toAttributes({ size: FILE_BYTES, objectKey, offset: 0, state: 'live', pinnedUntil: NEVER, storedAt: 0 });
}

function entryItem(seq: number): Item {
  const opId = OpId.parse(`${numberedId(Math.floor(seq / 200))}-${seq % 200}`);
  const entry = { namespaceId, seq, type: 'created', node: fileNode((seq % FILES_MAX) + 1), deviceId } as const;
  return {
    ...entryAttributes({ ...entry, changedAt: SINCE, accountId, opId, expiresAt: NEVER }, 1),
    ...entryKey(namespaceId, seq),
  };
}
