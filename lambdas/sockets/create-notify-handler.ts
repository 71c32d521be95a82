import type { NamespaceId } from '@syncline/protocol';
import { describeError, type ErrorDescription } from '../runtime/describe-error.ts';
import type { Telemetry } from '../runtime/telemetry.ts';
import { type AppendedEntry, type NotifyDevicesDependencies, notifyDevices } from './notify-devices.ts';

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

export interface NotifyHandlerDependencies extends Omit<NotifyDevicesDependencies, 'meter'> {
  readonly telemetry: Telemetry;
  /** Reads the image of a journal entry; throws when it is none. */
  readonly decodeEntry: (image: unknown) => AppendedEntry;
}

/**
 * Makes the handler of the journal's stream. Every record of a batch that can be read is pushed, whatever stands beside
 * it. The first record that could not be read, or not be pushed everywhere, is reported: Lambda keeps what stands before
 * it, splits at it, tries again within its limits, and then puts it aside in the dead-letter queue. Records after it are
 * pushed again with it, which is harmless.
 */
export function createNotifyHandler(dependencies: NotifyHandlerDependencies) {
  return async (event: StreamEvent, context: { readonly awsRequestId: string }): Promise<StreamResult> => {
    const { clock, telemetry } = dependencies;
    const startedAt = clock.now();
    const { entries, poisoned } = readRecords(dependencies, event.Records);
    const unreached = await notifyDevices({ ...dependencies, meter: telemetry }, entries.map(entryOf));
    const first = firstFailure(event.Records, new Set([...poisoned.keys(), ...recordsOf(entries, unreached)]));
    const [error] = poisoned.values();
    if (poisoned.size > 0) telemetry.count('recordsPoisoned', poisoned.size);
    telemetry.report({
      route: 'notify',
      requestId: context.awsRequestId,
      status: first === undefined ? 200 : 207,
      durationMs: clock.now() - startedAt,
      ...(unreached.size > 0 ? { code: 'unavailable' } : {}),
      ...(error === undefined ? {} : { code: 'internal', error }),
    });
    return { batchItemFailures: first === undefined ? [] : [{ itemIdentifier: first }] };
  };
}

interface ReadEntry {
  readonly record: StreamRecord;
  readonly entry: AppendedEntry;
}

function readRecords({ decodeEntry }: NotifyHandlerDependencies, records: readonly StreamRecord[]) {
  const entries: ReadEntry[] = [];
  const poisoned = new Map<StreamRecord, ErrorDescription>();
  for (const record of records) {
    // The journal only grows; what else the stream tells is DynamoDB removing expired entries.
    if (record.eventName !== 'INSERT') continue;
    try {
      entries.push({ record, entry: decodeEntry(record.dynamodb?.NewImage) });
    } catch (error) {
      poisoned.set(record, describeError(error));
    }
  }
  return { entries, poisoned };
}

function entryOf({ entry }: ReadEntry): AppendedEntry {
  return entry;
}

function recordsOf(entries: readonly ReadEntry[], namespaceIds: ReadonlySet<NamespaceId>): readonly StreamRecord[] {
  return entries.filter(({ entry }) => namespaceIds.has(entry.namespaceId)).map(({ record }) => record);
}

/** Records come in the order of the shard. One without a number cannot be named: the empty name fails the whole batch. */
function firstFailure(records: readonly StreamRecord[], failed: ReadonlySet<StreamRecord>): string | undefined {
  const first = records.find((record) => failed.has(record));
  return first === undefined ? undefined : (first.dynamodb?.SequenceNumber ?? '');
}
