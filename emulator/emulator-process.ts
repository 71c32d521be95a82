import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { isolatedEnvironment } from './environment.ts';
import { killProcessGroup } from './run-command.ts';
import { StartProblem } from './start-problem.ts';

const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 25;

/** The emulator gives handlers and connections about 3 s, then writes its state. */
const STOP_TIMEOUT_MS = 20_000;

/** How much of the emulator's last output a failure shows. */
const LAST_LINES_MAX = 30;

/** Threads for requests to Lambda: a long poll holds one for up to 25 s. */
const WORKER_THREADS = 256;

/** See serve.py. */
const EXIT_PORT_TAKEN = 3;
const EXIT_DATA_IN_USE = 4;

export interface EmulatorOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Everything the emulator keeps, and its log. Belongs to one running emulator at a time. */
  readonly dataDir: string;
  /** False forgets everything at the stop, and saves the time of writing it. */
  readonly isPersistent: boolean;
  /** The interpreter of the environment that `ensurePythonEnvironment` made. */
  readonly python: string;
}

export interface Emulator {
  readonly endpoint: string;
  readonly logFile: string;
  /** Settles when the process has ended, by `stop` or by itself. */
  readonly exited: Promise<void>;
  /** The last lines of its output. */
  lastLines(): readonly string[];
  /** Ends it and every Lambda worker. Resolves to false when it had to be killed and has not saved its state. */
  stop(): Promise<boolean>;
}

/** Starts the emulator and resolves when it answers. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  await mkdir(options.dataDir, { recursive: true });
  const logFile = path.join(options.dataDir, 'emulator.log');
  const script = path.join(import.meta.dirname, 'serve.py');
  // A process group of its own, so that Ctrl-C in a terminal reaches our parent alone, which then stops this gently.
  const child = spawn(options.python, ['-u', script, String(options.port), options.dataDir], {
    env: emulatorEnvironment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  const output = watchOutput(child, logFile);
  let hasEnded = false;
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => {
      hasEnded = true;
      killProcessGroup(child.pid);
      resolve();
    });
    child.once('error', () => resolve());
  });
  // Writing to an emulator that has died is not an event of its own: `exited` tells.
  child.stdin.on('error', () => undefined);

  const port = await Promise.race([output.port, exited]);
  if (port === undefined) throw explainEarlyEnd(child.exitCode, options, output.lastLines());
  const emulator: Emulator = {
    endpoint: `http://127.0.0.1:${port}`,
    logFile,
    exited,
    lastLines: output.lastLines,
    stop: async () => {
      child.stdin.end();
      const timer = setTimeout(() => killProcessGroup(child.pid), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
      return child.exitCode === 0;
    },
  };
  await waitUntilReady(emulator, () => hasEnded);
  return emulator;
}

function emulatorEnvironment(options: EmulatorOptions): Record<string, string> {
  const persist = options.isPersistent ? '1' : '0';
  return {
    ...isolatedEnvironment(),
    PERSIST_STATE: persist,
    STATE_DIR: path.join(options.dataDir, 'state'),
    S3_PERSIST: persist,
    S3_DATA_DIR: path.join(options.dataDir, 'objects'),
    MINISTACK_HOST: '127.0.0.1',
    // Every call is checked against the caller's role and the bucket's policy, so a right that lacks is found here.
    AUTH: 'true',
    MINISTACK_WORKER_THREADS: String(WORKER_THREADS),
    // Listeners on fixed ports of their own, which a second emulator could not have.
    SFTP_ENABLED: '0',
    IOT_MTLS_ENABLED: '0',
  };
}

function watchOutput(child: ChildProcessByStdio<Writable, Readable, Readable>, logFile: string) {
  let log: WriteStream | undefined;
  const lines: string[] = [];
  const { promise: port, resolve } = Promise.withResolvers<number>();
  const keep = (line: string): void => {
    log?.write(`${line}\n`);
    lines.push(line);
    if (lines.length > LAST_LINES_MAX) lines.shift();
  };
  createInterface({ input: child.stderr }).on('line', keep);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const listening = /^listening (\d+)$/.exec(line);
    if (listening !== null) {
      // Not before: until then the log may be that of another emulator, which owns the data.
      log ??= createWriteStream(logFile, { mode: 0o600 });
      resolve(Number(listening[1]));
    }
    keep(line);
  });
  child.once('close', () => log?.end());
  return { port, lastLines: (): readonly string[] => [...lines] };
}

function explainEarlyEnd(
  exitCode: number | null,
  { port, dataDir }: EmulatorOptions,
  lines: readonly string[],
): StartProblem {
  if (exitCode === EXIT_PORT_TAKEN) {
    return new StartProblem({
      what: `Port ${port} is taken by another program.`,
      remedy: `Stop that program, or choose another port: npm start -- --port ${port + 1}`,
    });
  }
  if (exitCode === EXIT_DATA_IN_USE) {
    return new StartProblem({
      what: `Another Syncline is running on the data in ${dataDir}.`,
      remedy: 'Stop it, or start this one on data of its own: npm start -- --port 4567 --data DIRECTORY',
    });
  }
  return new StartProblem({
    what: `The AWS emulator ended while it started (exit code ${exitCode}):\n    ${lines.join('\n    ')}`,
    remedy: 'Remove .local/emulator to have the emulator installed afresh, then run this again.',
  });
}

async function waitUntilReady(emulator: Emulator, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline && !hasEnded()) {
    const answer = await fetch(`${emulator.endpoint}/_ministack/health`).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  await emulator.stop();
  throw new StartProblem({
    what: `The AWS emulator did not become ready. Its last words:\n    ${emulator.lastLines().join('\n    ')}`,
    remedy: `Its full output is in ${emulator.logFile}. "npm run reset" removes the data, should that be the cause.`,
  });
}
