import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time for programs in hundredths of a second. Source: proc(5), sysconf(_SC_CLK_TCK). */
const TICKS_PER_SECOND = 100;
const KIBIBYTE = 1024;

/** What the processes of a session have used. */
export interface ProcessUsage {
  /** Of all processes that are there. */
  readonly cpuSeconds: number;
  /** Memory in RAM now, of the largest process: what processes share would count twice in a sum. */
  readonly rssBytes: number;
  /** The most that one of them ever had in RAM. */
  readonly rssPeakBytes: number;
}

/** Whether this system tells what processes use. */
export const canReadUsage = process.platform === 'linux';

/** What every process of a session has used until now, as the system tells it in `/proc`. What has ended counts no more. */
export function readUsage(sessionId: number): ProcessUsage {
  let usage: ProcessUsage = { cpuSeconds: 0, rssBytes: 0, rssPeakBytes: 0 };
  for (const { pid, cpuSeconds } of readSession(sessionId)) {
    const { rssBytes, rssPeakBytes } = parseMemory(readIfThere(`/proc/${pid}/status`));
    usage = {
      cpuSeconds: usage.cpuSeconds + cpuSeconds,
      rssBytes: Math.max(usage.rssBytes, rssBytes),
      rssPeakBytes: Math.max(usage.rssPeakBytes, rssPeakBytes),
    };
  }
  return usage;
}

/** The processes of a session. Programs leave the group of who started them more often than its session. */
export function readSession(sessionId: number): readonly { readonly pid: number; readonly cpuSeconds: number }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const stat = parseStat(readIfThere(`/proc/${name}/stat`));
    return stat?.sessionId === sessionId ? [{ pid: Number(name), cpuSeconds: stat.cpuSeconds }] : [];
  });
}

/** CPU of one process until now; 0 when it is not there. */
export function readCpuSeconds(pid: number): number {
  return parseStat(readIfThere(`/proc/${pid}/stat`))?.cpuSeconds ?? 0;
}

/** A process may end while the list is read. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return '';
    throw error;
  }
}

/** The name stands in parentheses and may hold any character, so the fields are counted from the last one. */
export function parseStat(text: string): { readonly sessionId: number; readonly cpuSeconds: number } | undefined {
  const end = text.lastIndexOf(') ');
  if (end < 0) return undefined;
  const fields = text.slice(end + 2).split(' ');
  const [sessionId, userTicks, systemTicks] = [fields[3], fields[11], fields[12]].map(Number);
  if (sessionId === undefined || userTicks === undefined || systemTicks === undefined) return undefined;
  return { sessionId, cpuSeconds: (userTicks + systemTicks) / TICKS_PER_SECOND };
}

export function parseMemory(text: string): { readonly rssBytes: number; readonly rssPeakBytes: number } {
  const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0);
  return { rssBytes: read('VmRSS') * KIBIBYTE, rssPeakBytes: read('VmHWM') * KIBIBYTE };
}
