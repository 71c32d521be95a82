import { beforeAll, expect, test } from '@jest/globals';
import { NamespaceId } from '@syncline/protocol';
import type { ContentQueue, ContentTask } from '../../lambdas/extraction/content-task.ts';
import { freshId, freshNodeId } from './namespace-fixture.ts';

export interface ContentQueueSubject {
  readonly queue: ContentQueue;
  /** Takes tasks out until there are so many. */
  readonly take: (count: number) => Promise<readonly ContentTask[]>;
}

/** More than one request to the queue takes. */
const TASKS = 23;

function newTask(): ContentTask {
  return { namespaceId: NamespaceId.parse(freshId()), nodeId: freshNodeId() };
}

/** What every ContentQueue must do. */
export function describeContentQueue(make: () => Promise<ContentQueueSubject>): void {
  let subject: ContentQueueSubject;
  beforeAll(async () => {
    subject = await make();
  });

  test('every task that was sent is delivered as it was, however many there are', async () => {
    const tasks = Array.from({ length: TASKS }, newTask);
    await subject.queue.send(tasks);
    expect(byNode(await subject.take(tasks.length))).toEqual(byNode(tasks));
  });

  test('to send nothing sends nothing', async () => {
    await subject.queue.send([]);
    const task = newTask();
    await subject.queue.send([task]);
    expect(await subject.take(1)).toEqual([task]);
  });

  test('a task that is sent twice is delivered twice', async () => {
    const task = newTask();
    await subject.queue.send([task, task]);
    expect(await subject.take(2)).toEqual([task, task]);
  });
}

function byNode(tasks: readonly ContentTask[]): readonly ContentTask[] {
  return tasks.toSorted((left, right) => (left.nodeId < right.nodeId ? -1 : 1));
}
