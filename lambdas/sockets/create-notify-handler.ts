import { lagOf, traceEntries } from '../runtime/entry-traces.ts';
import { firstFailure, readRecords, type StreamEvent, type StreamResult } from '../runtime/stream-records.ts';
import type { Telemetry } from '../runtime/telemetry.ts';
import { type AppendedEntry, type NotifyDevicesDependencies, notifyDevices } from './notify-devices.ts';

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
    const { clock, telemetry, decodeEntry } = dependencies;
    const startedAt = clock.now();
    const { read, poisoned } = readRecords(event.Records, decodeEntry);
    const entries = read.map(({ entry }) => entry);
    traceEntries(telemetry, entries);
    const unreached = await notifyDevices({ ...dependencies, meter: telemetry }, entries);
    const failed = read.filter(({ entry }) => unreached.has(entry.namespaceId)).map(({ record }) => record);
    const first = firstFailure(event.Records, new Set([...poisoned.keys(), ...failed]));
    const [error] = poisoned.values();
    if (poisoned.size > 0) telemetry.count('recordsPoisoned', poisoned.size);
    telemetry.report({
      route: 'notify',
      requestId: context.awsRequestId,
      status: first === undefined ? 200 : 207,
      durationMs: clock.now() - startedAt,
      ...lagOf(entries, clock.now()),
      ...(unreached.size > 0 ? { code: 'unavailable' } : {}),
      ...(error === undefined ? {} : { code: 'internal', error }),
    });
    return { batchItemFailures: first === undefined ? [] : [{ itemIdentifier: first }] };
  };
}
