import { NamespaceId, NodeId } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { ReceivedQueue } from '../runtime/received-messages.ts';

/** The content of a file has no text in the index yet. May be done twice, late, and at once with others. */
export const ContentTask = z.strictObject({ namespaceId: NamespaceId, nodeId: NodeId });
export type ContentTask = z.infer<typeof ContentTask>;

/** Tasks on their way. */
export interface ContentQueue {
  /**
   * Hands tasks over, each of which is delivered at least once, in any order.
   * @throws UnavailableError when not all were taken; a repeat hands some over twice. Cost: a request for QUEUE_BATCH_MAX of them.
   */
  send(tasks: readonly ContentTask[]): Promise<void>;
}

/** The queue as whoever takes messages out of it sees it. */
export interface ReceivedContentQueue extends ContentQueue, ReceivedQueue {}

/** @throws Error when the text is no task. */
export function decodeContentTask(text: string): ContentTask {
  return ContentTask.parse(JSON.parse(text));
}
