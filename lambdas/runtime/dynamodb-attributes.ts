import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type EpochMs, epochMs, SECOND_MS } from '@syncline/protocol';
import type { Item } from './dynamodb-batches.ts';
import { roundUpToSecond } from './expiry.ts';

/** Attributes of an item; what is undefined is left out. */
export function toAttributes(values: Readonly<Record<string, unknown>>): Item {
  return marshall(values, { removeUndefinedValues: true });
}

/** The values of an item. Callers say which by a cast: nothing but our own mappings writes the tables. */
export function fromAttributes(item: Item): unknown {
  return unmarshall(item);
}

/** A hash as 32 bytes instead of 64 digits. */
export function hashAttribute(hash: string | undefined): Uint8Array | undefined {
  return hash === undefined ? undefined : Buffer.from(hash, 'hex');
}

export function hashOf(attribute: Uint8Array): string {
  return Buffer.from(attribute).toString('hex');
}

/** The end of a lifetime in the unit of DynamoDB's time to live: seconds since 1970, rounded up. */
export function expiryAttribute(at: EpochMs): number {
  return roundUpToSecond(at) / SECOND_MS;
}

export function expiryOf(attribute: number): EpochMs {
  return epochMs(attribute * SECOND_MS);
}
