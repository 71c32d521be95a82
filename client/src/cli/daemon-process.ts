import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { parse } from 'node:path';
import * as z from 'zod/mini';
import { START_MS_MAX } from '../daemon/limits.ts';
import { DAEMON_NODE_FLAGS } from '../platform/node/daemon-node-flags.ts';
import { CommandError } from './command-error.ts';
import { EXIT_CODES, type ExitReason } from './exit-codes.ts';

/** What the started process tells the one that started it, once. */
const StartReport = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['ready', 'runs-already']) }),
  z.object({
    kind: z.literal('failed'),
    reason: z.enum(Object.keys(EXIT_CODES) as [ExitReason, ...ExitReason[]]),
    code: z.string(),
    message: z.string(),
    remedy: z.optional(z.string()),
  }),
]);
export type StartReport = z.infer<typeof StartReport>;

/**
 * Starts `syncline start --foreground` as a process that outlives this one and its terminal, and waits until it answers commands.
 * @throws CommandError why it could not start.
 */
export async function spawnDaemon(home: string): Promise<'ready' | 'runs-already'> {
  const [node, script] = [process.execPath, process.argv[1] ?? ''];
  const child = spawn(node, [...DAEMON_NODE_FLAGS, script, 'start', '--foreground'], {
    // It must not keep a disk busy that somebody wants to unmount.
    cwd: parse(home).root,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, SYNCLINE_HOME: home },
  });
  try {
    const report = await readReport(child);
    if (report.kind !== 'failed') return report.kind;
    throw new CommandError(report);
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

/** Tells the process that started this one how that went. Without such a process it does nothing. */
export function reportStart(report: StartReport): void {
  if (process.send === undefined || !process.connected) return;
  process.send(report, undefined, undefined, () => {
    if (process.connected) process.disconnect();
  });
}

async function readReport(child: ChildProcess): Promise<StartReport> {
  const late = AbortSignal.timeout(START_MS_MAX);
  try {
    const [message] = (await Promise.race([
      once(child, 'message', { signal: late }),
      once(child, 'exit', { signal: late }).then(([code, signal]) => [ended(code ?? signal)]),
    ])) as readonly unknown[];
    return z.parse(StartReport, message);
  } catch (cause) {
    if (!late.aborted) throw cause;
    child.kill();
    return ended('no sign of life');
  }
}

function ended(how: unknown): StartReport {
  const message = `Syncline could not be started in the background (${String(how)}).`;
  const remedy = 'Try `syncline start --foreground`, which shows what is wrong.';
  return { kind: 'failed', reason: 'notRunning', code: 'not_started', message, remedy };
}
