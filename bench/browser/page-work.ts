import type { CDPSession, Page } from 'playwright-core';

/** What a task gave, and for how long the main thread of its page has worked for it. */
export interface PageWork<T> {
  readonly result: T;
  /** Processor time: what else the machine does while the task runs is not in it. */
  readonly workMs: number;
}

export async function measureWork<T>(page: Page, task: () => Promise<T>): Promise<PageWork<T>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await taskMs(session);
  const result = await task();
  const workMs = (await taskMs(session)) - before;
  await session.detach();
  return { result, workMs };
}

async function taskMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
}
