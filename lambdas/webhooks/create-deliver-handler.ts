import { SECOND_MS } from '@syncline/protocol';
import { describeError, type ErrorDescription } from '../runtime/describe-error.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { type ReceivedMessages, type ReceivedResult, retrySeconds } from '../runtime/received-messages.ts';
import type { Telemetry } from '../runtime/telemetry.ts';
import { type DeliverWebhookDependencies, type Delivery, deliverWebhook } from './deliver-webhook.ts';
import { decodeDeliveryTask, type ReceivedDeliveryQueue } from './delivery-task.ts';
import { DELIVERIES_IN_FLIGHT_MAX, OWN_RETRY } from './limits.ts';

export interface DeliverHandlerDependencies extends Omit<DeliverWebhookDependencies, 'meter'> {
  readonly deliveries: ReceivedDeliveryQueue;
  readonly telemetry: Telemetry;
}

/**
 * Makes the consumer of the queue of deliveries. A receiver that fails is tried again later by the same message; a message that cannot be handled because of
 * us comes again too, and is put aside in the end. None waits for another.
 */
export function createDeliverHandler(dependencies: DeliverHandlerDependencies) {
  return async (event: ReceivedMessages, context: { readonly awsRequestId: string }): Promise<ReceivedResult> => {
    const { clock, telemetry, deliveries } = dependencies;
    const startedAt = clock.now();
    const again: string[] = [];
    const errors: ErrorDescription[] = [];
    await mapBounded(DELIVERIES_IN_FLIGHT_MAX, event.Records, async (record) => {
      const { messageId, body, receiptHandle } = record;
      let delivery: Delivery;
      try {
        delivery = await deliverWebhook({ ...dependencies, meter: telemetry }, decodeDeliveryTask(body));
      } catch (error) {
        errors.push(describeError(error));
        delivery = { kind: 'again', afterMs: retrySeconds(record, OWN_RETRY) * SECOND_MS };
      }
      if (delivery.kind === 'done') return;
      again.push(messageId);
      try {
        await deliveries.hide(receiptHandle, Math.ceil(delivery.afterMs / SECOND_MS));
      } catch (error) {
        // It comes earlier, when the queue lets it: nothing is lost by that.
        errors.push(describeError(error));
      }
    });
    const [error] = errors;
    telemetry.report({
      route: 'deliver',
      requestId: context.awsRequestId,
      status: error === undefined ? 200 : 207,
      durationMs: clock.now() - startedAt,
      ...(error === undefined ? {} : { code: 'internal', error }),
    });
    return { batchItemFailures: again.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
