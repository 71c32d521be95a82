import { NamespaceId, NodeId } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { ReceivedQueue } from '../runtime/received-messages.ts';
import { DOCUMENTS_AT_ONCE, TASK_FOLDERS_MAX } from './limits.ts';

const Position = z.strictObject({ epoch: z.int(), seq: z.int() });

/** Something that the index is to follow. Each may be done twice, late, and at once with others. */
export const IndexTask = z.discriminatedUnion('kind', [
  /** The journal of a namespace has grown. */
  z.strictObject({ kind: z.literal('journal'), namespaceId: NamespaceId }),
  /** These nodes may not be as they are indexed. Whatever writes a node is a task that names it, and is repeated until what it wrote is true. */
  z.strictObject({
    kind: z.literal('nodes'),
    namespaceId: NamespaceId,
    nodeIds: z.array(NodeId).check(z.minLength(1), z.maxLength(DOCUMENTS_AT_ONCE)),
    position: Position,
  }),
  /** What stands below folders is elsewhere, or is here for the first time; `after` is the key of the last child of the first one that was done. */
  z.strictObject({
    kind: z.literal('below'),
    namespaceId: NamespaceId,
    folderIds: z.array(NodeId).check(z.minLength(1), z.maxLength(TASK_FOLDERS_MAX)),
    after: z.optional(z.string()),
    position: Position,
  }),
  /**
   * What lies in the trash of a namespace is here for the first time; `before` is the last entry that was done. `isGround`: among what was
   * deleted before the folder was shared, which lies in the trash of its ground.
   */
  z.strictObject({
    kind: z.literal('trash'),
    namespaceId: NamespaceId,
    isGround: z.optional(z.literal(true)),
    before: z.optional(z.strictObject({ deletedAt: z.string(), nodeId: NodeId })),
    position: Position,
  }),
  /**
   * What is indexed below a folder, or of the namespace when none is named, may not be here any more, but in the namespace `into`, if that
   * is named.
   */
  z.strictObject({
    kind: z.literal('forget'),
    namespaceId: NamespaceId,
    folderId: z.optional(NodeId),
    after: z.optional(NodeId),
    into: z.optional(NamespaceId),
    position: Position,
  }),
]);
export type IndexTask = z.infer<typeof IndexTask>;

/** Tasks on their way. */
export interface IndexQueue {
  /**
   * Hands tasks over, each of which is delivered at least once, in any order.
   * @throws UnavailableError when not all were taken; a repeat hands some over twice. Cost: a request a task.
   */
  send(tasks: readonly IndexTask[]): Promise<void>;
}

/** The queue as whoever takes messages out of it sees it. */
export interface ReceivedIndexQueue extends IndexQueue, ReceivedQueue {}

/** @throws Error when the text is no task. */
export function decodeIndexTask(text: string): IndexTask {
  return IndexTask.parse(JSON.parse(text));
}
