import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, 'handler-process.mjs');

/** What one process with one bundle took. */
export interface HandlerRun {
  /** From nothing loaded to the answer of the first request. */
  readonly startMs: number;
  /** Processor time of the same. */
  readonly startCpuMs: number;
  /** Processor time of one request, after many. */
  readonly warmCpuMs: number;
}

export interface HandlerRunOptions {
  readonly bundle: string;
  /** A file with the event as JSON. */
  readonly event: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly warmUps: number;
  readonly requests: number;
}

/** Loads a bundle in a fresh process on one CPU, where the system can pin it, and lets it answer. @throws Error when it does not answer 200. */
export async function runHandler(options: HandlerRunOptions): Promise<HandlerRun> {
  const node = [
    process.execPath,
    PROGRAM,
    options.bundle,
    options.event,
    String(options.warmUps),
    String(options.requests),
  ];
  const [command = '', ...args] = process.platform === 'linux' ? ['taskset', '-c', '0', ...node] : node;
  const { stderr } = await run(command, args, { env: { ...options.environment, PATH: process.env['PATH'] } });
  return JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as HandlerRun;
}
