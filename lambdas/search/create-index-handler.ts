import type { Clock } from '../runtime/clock.ts';
import { describeError, type ErrorDescription } from '../runtime/describe-error.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { hideFailed, type ReceivedMessages, type ReceivedResult } from '../runtime/received-messages.ts';
import type { Telemetry } from '../runtime/telemetry.ts';
import { type FollowDependencies, followTask } from './follow-task.ts';
import { decodeIndexTask, type IndexTask, type ReceivedIndexQueue } from './index-task.ts';
import { TASKS_IN_FLIGHT_MAX } from './limits.ts';

export interface IndexHandlerDependencies extends Omit<FollowDependencies, 'meter' | 'queue' | 'tracer'> {
  readonly queue: ReceivedIndexQueue;
  /** Makes the index when there is none yet. */
  readonly prepare: () => Promise<void>;
  readonly clock: Pick<Clock, 'now'>;
  readonly telemetry: Telemetry;
}

/**
 * Makes the consumer of the queue of tasks. What fails is reported by itself, comes again, and in the end is put aside; nothing waits for it.
 * It comes again the later the more often it failed, so that an index that was away for a while is waited for no longer than that again.
 */
export function createIndexHandler(dependencies: IndexHandlerDependencies) {
  // Once for a process, unless something went wrong since: then the index may be another one.
  let prepared: Promise<void> | undefined;
  return async (event: ReceivedMessages, context: { readonly awsRequestId: string }): Promise<ReceivedResult> => {
    const { clock, telemetry, queue } = dependencies;
    const startedAt = clock.now();
    const failures = new Map<string, ErrorDescription>();
    let lagMs: number | undefined;
    await mapBounded(TASKS_IN_FLIGHT_MAX, event.Records, async (record) => {
      const { messageId, body } = record;
      let task: IndexTask | undefined;
      try {
        task = decodeIndexTask(body);
        await (prepared ??= dependencies.prepare());
        await followTask({ ...dependencies, meter: telemetry, tracer: telemetry }, task);
      } catch (error) {
        if (task === undefined) telemetry.count('tasksPoisoned');
        else prepared = undefined;
        failures.set(messageId, describeError(error));
        try {
          await hideFailed(queue, record);
        } catch (hideError) {
          // It stays hidden for as long as the queue hides everything: nothing is lost but time.
          failures.set(messageId, describeError(hideError));
        }
      }
      // What nobody can read does not make the index late.
      if (task !== undefined) lagMs = Math.max(lagMs ?? 0, clock.now() - Number(record.attributes.SentTimestamp));
    });
    const [error] = failures.values();
    if (failures.size > 0) telemetry.count('tasksFailed', failures.size);
    telemetry.report({
      route: 'index',
      requestId: context.awsRequestId,
      status: failures.size === 0 ? 200 : 207,
      durationMs: clock.now() - startedAt,
      ...(lagMs === undefined ? {} : { lagMs }),
      ...(error === undefined ? {} : { code: 'internal', error }),
    });
    return { batchItemFailures: [...failures.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
