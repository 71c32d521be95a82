import type { Clock } from '../runtime/clock.ts';
import { describeError, type ErrorDescription } from '../runtime/describe-error.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { Telemetry } from '../runtime/telemetry.ts';
import type { QueueEvent, QueueResult } from '../search/create-index-handler.ts';
import { decodeContentTask } from './content-task.ts';
import { type ExtractDependencies, extractContent } from './extract-content.ts';
import { CONTENTS_IN_FLIGHT_MAX } from './limits.ts';

export interface ExtractHandlerDependencies extends ExtractDependencies {
  readonly clock: Pick<Clock, 'now'>;
  readonly telemetry: Telemetry;
}

/**
 * Makes the consumer of the queue of contents. What cannot be read is marked so and done; what fails because something did not answer is reported by
 * itself, comes again, and in the end is put aside. Nothing waits for it.
 */
export function createExtractHandler(dependencies: ExtractHandlerDependencies) {
  return async (event: QueueEvent, context: { readonly awsRequestId: string }): Promise<QueueResult> => {
    const { clock, telemetry } = dependencies;
    const startedAt = clock.now();
    const failures = new Map<string, ErrorDescription>();
    // Those of one namespace after each other: each namespace is read by a process of its own.
    const records = event.Records.toSorted((left, right) => (left.body < right.body ? -1 : 1));
    await mapBounded(CONTENTS_IN_FLIGHT_MAX, records, async ({ messageId, body }) => {
      try {
        const outcome = await extractContent(dependencies, decodeContentTask(body));
        if (outcome === 'read') telemetry.count('textsRead');
        if (outcome === 'unread') telemetry.count('textsUnread');
      } catch (error) {
        failures.set(messageId, describeError(error));
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
