import type { Clock } from '../runtime/clock.ts';
import { describeError, type ErrorDescription } from '../runtime/describe-error.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { Telemetry } from '../runtime/telemetry.ts';
import { type FollowDependencies, followTask } from './follow-task.ts';
import { decodeIndexTask } from './index-task.ts';
import { TASKS_IN_FLIGHT_MAX } from './limits.ts';

/** What an SQS event source hands over, as far as it is looked at. Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS". */
export interface QueueEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

export interface QueueResult {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

export interface IndexHandlerDependencies extends Omit<FollowDependencies, 'meter'> {
  /** Makes the index when there is none yet. */
  readonly prepare: () => Promise<void>;
  readonly clock: Pick<Clock, 'now'>;
  readonly telemetry: Telemetry;
}

/** Makes the consumer of the queue of tasks. What fails is reported by itself, comes again, and in the end is put aside; nothing waits for it. */
export function createIndexHandler(dependencies: IndexHandlerDependencies) {
  // Once for a process, unless something went wrong since: then the index may be another one.
  let prepared: Promise<void> | undefined;
  return async (event: QueueEvent, context: { readonly awsRequestId: string }): Promise<QueueResult> => {
    const { clock, telemetry } = dependencies;
    const startedAt = clock.now();
    const failures = new Map<string, ErrorDescription>();
    await mapBounded(TASKS_IN_FLIGHT_MAX, event.Records, async ({ messageId, body }) => {
      try {
        await (prepared ??= dependencies.prepare());
        await followTask({ ...dependencies, meter: telemetry }, decodeIndexTask(body));
      } catch (error) {
        prepared = undefined;
        failures.set(messageId, describeError(error));
      }
    });
    const [error] = failures.values();
    if (failures.size > 0) telemetry.count('tasksFailed', failures.size);
    telemetry.report({
      route: 'index',
      requestId: context.awsRequestId,
      status: failures.size === 0 ? 200 : 207,
      durationMs: clock.now() - startedAt,
      ...(error === undefined ? {} : { code: 'internal', error }),
    });
    return { batchItemFailures: [...failures.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
