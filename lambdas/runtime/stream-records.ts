import { describeError, type ErrorDescription } from './describe-error.ts';

/** The parts of a DynamoDB stream event that are read. */
export interface StreamEvent {
  readonly Records: readonly StreamRecord[];
}

export interface StreamRecord {
  readonly eventName?: string;
  readonly dynamodb?: { readonly SequenceNumber?: string; readonly NewImage?: unknown };
}

/** Lambda goes on after the lowest of these; none means that the whole batch is done. */
export interface StreamResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** The new rows of a batch that can be read, and what is wrong with the others. */
export interface ReadRecords<Entry> {
  readonly read: readonly { readonly record: StreamRecord; readonly entry: Entry }[];
  readonly poisoned: ReadonlyMap<StreamRecord, ErrorDescription>;
}

/** Reads the rows that were added. `decode` throws when an image is none. */
export function readRecords<Entry>(
  records: readonly StreamRecord[],
  decode: (image: unknown) => Entry,
): ReadRecords<Entry> {
  const read: { readonly record: StreamRecord; readonly entry: Entry }[] = [];
  const poisoned = new Map<StreamRecord, ErrorDescription>();
  for (const record of records) {
    // The journal only grows; what else the stream tells is DynamoDB removing expired entries.
    if (record.eventName !== 'INSERT') continue;
    try {
      read.push({ record, entry: decode(record.dynamodb?.NewImage) });
    } catch (error) {
      poisoned.set(record, describeError(error));
    }
  }
  return { read, poisoned };
}

/** Records come in the order of the shard. One without a number cannot be named: the empty name fails the whole batch. */
export function firstFailure(records: readonly StreamRecord[], failed: ReadonlySet<StreamRecord>): string | undefined {
  const first = records.find((record) => failed.has(record));
  return first === undefined ? undefined : (first.dynamodb?.SequenceNumber ?? '');
}
