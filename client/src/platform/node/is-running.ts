import { readFileSync } from 'node:fs';
import { errorCode } from './error-code.ts';

/** States of a process that has ended. Source: proc_pid_stat(5). */
const ENDED = /^[ZX]/;

/**
 * Whether a process runs, of whatever program. One that has ended does not, also while the system keeps its id for a parent that never asks
 * what became of it: the first process of a container often does not, and then the id stays for good.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
    throw error;
  }
  return !hasEnded(pid);
}

/** Linux tells; other systems have no such file, and first processes that ask. */
function hasEnded(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of its program may hold anything, also brackets.
    return ENDED.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}
