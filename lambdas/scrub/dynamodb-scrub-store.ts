import type { ChunkHash } from '@syncline/protocol';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { queryItems } from '../runtime/dynamodb-query.ts';
import type { DefectSubject, ScrubProgress, ScrubStore, StoredDefect } from './scrub-store.ts';

export interface DynamodbScrubDependencies {
  readonly client: DynamodbCalls;
  readonly tableNames: { readonly chunks: string };
}

/** All that the scrub writes stands in one partition of the table Chunks, and its role may write no other (lib/constructs/scrub.ts). */
export const SCRUB_PARTITION = 'scrub';
/** Sort keys of defects begin with it; kind, domain and hash follow. */
export const DEFECT_PREFIX = 'defect#';

export class DynamodbScrubStore implements ScrubStore {
  readonly #client: DynamodbCalls;
  readonly #table: string;

  constructor({ client, tableNames }: DynamodbScrubDependencies) {
    this.#client = client;
    this.#table = tableNames.chunks;
  }

  async readProgress(): Promise<ScrubProgress | undefined> {
    const get = { TableName: this.#table, Key: keyAttributes(PROGRESS_KEY), ConsistentRead: true };
    const { Item: item } = await this.#client.send('GetItem', get);
    if (item === undefined) return undefined;
    const { pk: _pk, sk: _sk, ...progress } = fromAttributes(item) as ScrubProgress & ItemKey;
    return progress;
  }

  async writeProgress(progress: ScrubProgress): Promise<void> {
    const item = { ...toAttributes({ ...progress }), ...keyAttributes(PROGRESS_KEY) };
    await this.#client.send('PutItem', { TableName: this.#table, Item: item });
  }

  async listDefects(limit: number): Promise<readonly StoredDefect[]> {
    const query = {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :scrub AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: toAttributes({ ':scrub': SCRUB_PARTITION, ':prefix': DEFECT_PREFIX }),
    };
    const items = await queryItems(this.#client, query, limit);
    return items.map((item) => {
      const { sk, code, foundAt } = fromAttributes(item) as Pick<StoredDefect, 'code' | 'foundAt'> & ItemKey;
      return { ...subjectOf(sk), code, foundAt };
    });
  }

  async putDefect({ code, foundAt, ...subject }: StoredDefect): Promise<void> {
    const item = { ...toAttributes({ code, foundAt }), ...keyAttributes(defectKey(subject)) };
    await this.#client.send('PutItem', { TableName: this.#table, Item: item });
  }

  async deleteDefect(subject: DefectSubject): Promise<void> {
    await this.#client.send('DeleteItem', { TableName: this.#table, Key: keyAttributes(defectKey(subject)) });
  }
}

const PROGRESS_KEY: ItemKey = { pk: SCRUB_PARTITION, sk: 'progress' };

/** What a defect is about, by its sort key. */
export function subjectOf(sortKey: string): DefectSubject {
  const [, kind = '', domain = '', hash = ''] = sortKey.split('#');
  return { kind: kind as DefectSubject['kind'], domain, hash: hash as ChunkHash };
}

function defectKey({ kind, domain, hash }: DefectSubject): ItemKey {
  return { pk: SCRUB_PARTITION, sk: `${DEFECT_PREFIX}${kind}#${domain}#${hash}` };
}
