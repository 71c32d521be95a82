import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Requests whose cost may grow with the number of chunks of a file. */
export const HANDLER_TASKS = [
  'initiate, nothing stored',
  'initiate, all held',
  'check, 16 stored',
  'check, 1000 asked',
  'commit',
  'content, first page',
  'content, last page',
] as const;
export type HandlerTask = (typeof HANDLER_TASKS)[number];

/** What a fresh process is told. */
export interface HandlerRun {
  readonly task: HandlerTask;
  /** Of the one file that all requests are about. */
  readonly chunks: number;
  readonly requests: number;
}

/** What it measured, after everything else was prepared. */
export interface HandlerUsage {
  /** Of the first request, which finds nothing compiled. */
  readonly firstMs: number;
  /** CPU of a request, of all threads: the mean of those after the first. */
  readonly cpuMs: number;
  /** The most that the process had in RAM while it answered, less what it had before, in bytes. */
  readonly rssGrowth: number;
  readonly answerBytes: number;
}

/** Answers the requests of a task in a process of its own. */
export async function measureHandler(task: HandlerRun): Promise<HandlerUsage> {
  const program = join(import.meta.dirname, 'handler-usage-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(task)], {
    env: { PATH: process.env['PATH'] },
  });
  return JSON.parse(stdout) as HandlerUsage;
}
