import { createHash } from 'node:crypto';
import { type EpochMs, SECOND_MS } from '@syncline/protocol';
import type { Item } from '../runtime/dynamodb-api.ts';
import { expiryAttribute, expiryOf, fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { ConditionalCheckFailedException, isAccepted } from '../runtime/dynamodb-failure.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import type { AttemptOutcome, AttemptStore } from './attempt-store.ts';
import { ATTEMPT_TRIES_MAX } from './limits.ts';

export interface DynamodbAttemptDependencies {
  readonly client: DynamodbCalls;
  readonly tableNames: { readonly sessions: string };
}

/** Counts of attempts in the table Sessions, by a hash: keys may hold addresses of people. */
export class DynamodbAttemptStore implements AttemptStore {
  readonly #client: DynamodbCalls;
  readonly #table: string;

  constructor(dependencies: DynamodbAttemptDependencies) {
    this.#client = dependencies.client;
    this.#table = dependencies.tableNames.sessions;
  }

  async take(attempt: {
    readonly key: string;
    readonly count?: number;
    readonly max: number;
    readonly now: EpochMs;
    readonly endsAt: EpochMs;
  }): Promise<AttemptOutcome> {
    const { key, count: more = 1, max, now, endsAt } = attempt;
    // Between looking and beginning a count another one may begin it, and end it again.
    for (let attemptNumber = 1; attemptNumber <= ATTEMPT_TRIES_MAX; attemptNumber++) {
      const met = await this.#goOn({ key, more, room: max - more, now });
      if (met === 'taken') return { kind: 'taken' };
      const count = met === undefined ? undefined : countOf(met);
      if (count !== undefined && count.endsAt > now) return { kind: 'full', until: count.endsAt };
      if (await this.#begin({ key, more, now, endsAt })) return { kind: 'taken' };
    }
    throw new UnavailableError('other attempts did not come to an end');
  }

  async giveBack(back: { readonly key: string; readonly count?: number; readonly now: EpochMs }): Promise<void> {
    const { key, count: less = 1, now } = back;
    const update = {
      TableName: this.#table,
      Key: keyOf(key),
      ConditionExpression: 'taken >= :less AND expiresAt > :now',
      UpdateExpression: 'SET taken = taken - :less',
      ExpressionAttributeValues: toAttributes({ ':less': less, ':now': secondsOf(now) }),
    };
    await isAccepted(() => this.#client.send('UpdateItem', update));
  }

  async fullUntil(count: {
    readonly key: string;
    readonly max: number;
    readonly now: EpochMs;
  }): Promise<EpochMs | undefined> {
    const get = { TableName: this.#table, Key: keyOf(count.key), ConsistentRead: true };
    const { Item: item } = await this.#client.send('GetItem', get);
    if (item === undefined) return undefined;
    const { taken, endsAt } = countOf(item);
    return taken >= count.max && endsAt > count.now ? endsAt : undefined;
  }

  /** Takes an attempt of a count that has begun; otherwise what stands there. */
  async #goOn(attempt: { readonly key: string; readonly more: number; readonly room: number; readonly now: EpochMs }) {
    try {
      await this.#client.send('UpdateItem', {
        TableName: this.#table,
        Key: keyOf(attempt.key),
        ConditionExpression: 'taken <= :room AND expiresAt > :now',
        UpdateExpression: 'SET taken = taken + :more',
        ExpressionAttributeValues: toAttributes({
          ':room': attempt.room,
          ':more': attempt.more,
          ':now': secondsOf(attempt.now),
        }),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return 'taken';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return error.item;
      throw error;
    }
  }

  #begin(count: {
    readonly key: string;
    readonly more: number;
    readonly now: EpochMs;
    readonly endsAt: EpochMs;
  }): Promise<boolean> {
    const put = {
      TableName: this.#table,
      Item: { ...keyOf(count.key), ...toAttributes({ taken: count.more, expiresAt: expiryAttribute(count.endsAt) }) },
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
      ExpressionAttributeValues: toAttributes({ ':now': secondsOf(count.now) }),
    };
    return isAccepted(() => this.#client.send('PutItem', put));
  }
}

/** Ends stand in whole seconds: one is over exactly when it is not above the whole seconds of now. */
function secondsOf(now: EpochMs): number {
  return Math.floor(now / SECOND_MS);
}

function keyOf(key: string) {
  const digest = createHash('sha256').update(key).digest('hex');
  return keyAttributes({ pk: `attempts#${digest}`, sk: 'attempts' });
}

function countOf(item: Item): { readonly taken: number; readonly endsAt: EpochMs } {
  const { taken, expiresAt } = fromAttributes(item) as { readonly taken: number; readonly expiresAt: number };
  return { taken, endsAt: expiryOf(expiresAt) };
}
