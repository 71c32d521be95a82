/**
 * The background process: one for each installation. It keeps all linked folders in sync and answers commands on a control socket, until it is
 * asked to stop or gets a signal.
 */
import { join } from 'node:path';
import { systemClock } from '../api/system-clock.ts';
import { makePrivateDirectory } from '../platform/node/configuration-directory.ts';
import { takeProcessLock } from '../platform/node/process-lock.ts';
import { openFolderSyncs } from '../sync/folder-syncs.ts';
import { startSession } from '../sync/session.ts';
import { answerRequests } from './answer-requests.ts';
import { controlAddress } from './control-address.ts';
import { openControlServer } from './control-server.ts';
import { Daemon } from './daemon.ts';
import { describeFailure, openDaemonLog } from './daemon-log.ts';
import { SOFTWARE_VERSION } from './software-version.ts';

export interface RunDaemonOptions {
  readonly home: string;
  /** Stops it when it aborts. */
  readonly signal: AbortSignal;
  /** Called when commands are answered. */
  readonly onReady: () => void;
  /** Called after a defect that nothing has caught was logged. The process is in no state to go on. */
  readonly onDefect: () => void;
}

/**
 * Runs the daemon of an installation until it is stopped; answers at once when another process is it.
 * @throws Error of the operating system, when it cannot listen.
 */
export async function runDaemon(options: RunDaemonOptions): Promise<'stopped' | 'runs-already'> {
  const { home, signal, onReady, onDefect } = options;
  await makePrivateDirectory(home);
  const lock = takeProcessLock(daemonLockFile(home));
  if (lock === undefined) return 'runs-already';
  const log = openDaemonLog({ home, now: () => new Date() });
  const onFailure = (failure: unknown): void =>
    log.write({ event: 'control-failed', failure: describeFailure(failure) });
  const die = (failure: unknown): void => {
    log.write({ event: 'daemon-failed', failure: describeFailure(failure) });
    onDefect();
  };
  process.on('uncaughtException', die);
  try {
    const { pid } = process;
    log.write({ event: 'daemon-started', version: SOFTWARE_VERSION, pid });
    const base = { home, pid, clock: systemClock, random: Math.random, log, isHomeOurs: () => lock.isCurrent() };
    const daemon = new Daemon({ ...base, openSyncs: (signIn) => openFolderSyncs(startSession(home, signIn)) });
    const stop = (): void => daemon.stop('signal');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const server = await openControlServer({ address: controlAddress(home), home, onFailure }, answerRequests(daemon));
    try {
      await daemon.reload();
      onReady();
      await daemon.run();
    } finally {
      await server.close();
      signal.removeEventListener('abort', stop);
    }
    return 'stopped';
  } catch (failure) {
    log.write({ event: 'daemon-failed', failure: describeFailure(failure) });
    throw failure;
  } finally {
    process.removeListener('uncaughtException', die);
    lock.release();
  }
}

/** The lock of the one process that may be the daemon of an installation. */
export function daemonLockFile(home: string): string {
  return join(home, 'daemon.lock');
}
