import type { Clock } from '../runtime/clock.ts';
import { describeError, type ErrorDescription } from '../runtime/describe-error.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import {
  hideFailed,
  type ReceivedMessages,
  type ReceivedQueue,
  type ReceivedResult,
} from '../runtime/received-messages.ts';
import type { Telemetry } from '../runtime/telemetry.ts';
import { decodeContentTask } from './content-task.ts';
import { type ExtractDependencies, extractContent } from './extract-content.ts';
import { CONTENTS_IN_FLIGHT_MAX } from './limits.ts';

export interface ExtractHandlerDependencies extends ExtractDependencies {
  readonly queue: ReceivedQueue;
  readonly clock: Pick<Clock, 'now'>;
  readonly telemetry: Telemetry;
}

/**
 * Makes the consumer of the queue of contents. What cannot be read is marked so and done; what fails because something did not answer is reported by
 * itself, comes again the later the more often it failed, and in the end is put aside. Nothing waits for it.
 */
export function createExtractHandler(dependencies: ExtractHandlerDependencies) {
  return async (event: ReceivedMessages, context: { readonly awsRequestId: string }): Promise<ReceivedResult> => {
    const { clock, telemetry, queue } = dependencies;
    const startedAt = clock.now();
    const failures = new Map<string, ErrorDescription>();
    // Those of one namespace after each other: each namespace is read by a process of its own.
    const records = event.Records.toSorted((left, right) => (left.body < right.body ? -1 : 1));
    await mapBounded(CONTENTS_IN_FLIGHT_MAX, records, async (record) => {
      const { messageId, body } = record;
      try {
        const outcome = await extractContent(dependencies, decodeContentTask(body));
        if (outcome === 'read') telemetry.count('textsRead');
        if (outcome === 'unread') telemetry.count('textsUnread');
      } catch (error) {
        failures.set(messageId, describeError(error));
        try {
          await hideFailed(queue, record);
        } catch (hideError) {
          // It stays hidden for as long as the queue hides everything.
          failures.set(messageId, describeError(hideError));
        }
      }
    });
    const [error] = failures.values();
    if (failures.size > 0) telemetry.count('tasksFailed', failures.size);
    telemetry.report({
      route: 'extract',
      requestId: context.awsRequestId,
      status: failures.size === 0 ? 200 : 207,
      durationMs: clock.now() - startedAt,
      ...(error === undefined ? {} : { code: 'internal', error }),
    });
    return { batchItemFailures: [...failures.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
