import { NamespaceId, WebhookId } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { ReceivedQueue } from '../runtime/received-messages.ts';

/** A webhook that is to be looked at. It says no more than which: how far the journal is, and whether anything is to be told, is read then. */
export const DeliveryTask = z.strictObject({
  kind: z.enum(['changed', 'test']),
  namespaceId: NamespaceId,
  webhookId: WebhookId,
  /** Tells it from another one for the same webhook. */
  ticket: z.string().check(z.regex(/^[0-9A-Z]{26}$/)),
});
export type DeliveryTask = z.infer<typeof DeliveryTask>;

/** Tasks on their way. */
export interface DeliveryQueue {
  /** Hands a task over, which is delivered at least once, and no earlier than so many seconds later. @throws UnavailableError. Cost: a request. */
  send(task: DeliveryTask, delaySeconds: number): Promise<void>;
}

/** The queue as whoever takes messages out of it sees it. */
export interface ReceivedDeliveryQueue extends DeliveryQueue, ReceivedQueue {}

/** @throws Error when the text is no task. */
export function decodeDeliveryTask(text: string): DeliveryTask {
  return DeliveryTask.parse(JSON.parse(text));
}
