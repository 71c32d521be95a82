import { readFileSync } from 'node:fs';
import { LONG_RUN_MS_MAX } from './peers/limits.ts';
import { type Command, Program } from './program.ts';

/** Linux counts processor time for programs in hundredths of a second. Source: proc(5), sysconf(_SC_CLK_TCK). */
const TICKS_PER_SECOND = 100;

/** What a whole process took, from its start to its end. */
export interface MeasuredRun {
  readonly wallSeconds: number;
  /** Of all its threads, and of processes that it waited for; 0 where the system does not tell. */
  readonly cpuSeconds: number;
  readonly output: string;
}

/** Runs a program alone. @throws Error that shows its output, when it fails. */
export async function measureRun(command: Command): Promise<MeasuredRun> {
  const cpuBefore = cpuOfEndedChildren();
  const startedMs = performance.now();
  const program = await Program.start(command);
  const output = await program.expectEnd(LONG_RUN_MS_MAX);
  const wallSeconds = (performance.now() - startedMs) / 1000;
  return { wallSeconds, cpuSeconds: cpuOfEndedChildren() - cpuBefore, output };
}

/** Fields 16 and 17 of proc(5), counted from the end of the name. */
function cpuOfEndedChildren(): number {
  if (process.platform !== 'linux') return 0;
  const text = readFileSync('/proc/self/stat', 'utf8');
  const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}
