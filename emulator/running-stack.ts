import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { lockFile } from './file-lock.ts';
import { StartProblem } from './start-problem.ts';

/** A predecessor whose parent was killed needs a moment to save its state; serve.py waits as long. */
const LOCK_WAIT_MS = 5_000;

/** Of the stack that runs on a data directory, for whoever tries to start another one there. */
interface RunningStack {
  readonly pid: number;
  /** Of the web app; absent until it is served, and where there is none. */
  readonly webUrl?: string | undefined;
}

function recordFileOf(dataDir: string): string {
  return path.join(dataDir, 'running.json');
}

/** Says who runs on a data directory. Precondition: nobody else does. */
export async function recordRunning(dataDir: string, stack: RunningStack): Promise<void> {
  await writeFile(recordFileOf(dataDir), JSON.stringify(stack));
}

export async function forgetRunning(dataDir: string): Promise<void> {
  await rm(recordFileOf(dataDir), { force: true });
}

/**
 * Looks before anything is started whether its data and its ports are free: what is started and finds them taken ends in ways of its own.
 * @throws StartProblem that says what runs there, where, and how to stop it.
 */
export async function refuseToStartTwice(wanted: {
  readonly dataDir: string;
  readonly port: number;
  readonly webPort: number | undefined;
}): Promise<void> {
  const { dataDir, port, webPort } = wanted;
  const running = await findRunning(dataDir);
  if (running !== undefined) throw alreadyRunning(dataDir, running);
  if (!(await isFree(port))) throw portTaken(port, { of: 'the service', option: '--port' });
  if (webPort !== undefined && !(await isFree(webPort))) {
    throw portTaken(webPort, { of: 'the web app', option: '--web-port' });
  }
}

async function findRunning(dataDir: string): Promise<Partial<RunningStack> | undefined> {
  const file = path.join(dataDir, 'lock');
  const recorded = await readRecord(dataDir);
  const lock = await lockFile(file, { waitMs: recorded === undefined ? LOCK_WAIT_MS : 0 });
  lock?.release();
  return lock === undefined ? (recorded ?? {}) : undefined;
}

/** Undefined also when the process that is recorded has ended. */
async function readRecord(dataDir: string): Promise<RunningStack | undefined> {
  try {
    const recorded = JSON.parse(await readFile(recordFileOf(dataDir), 'utf8')) as RunningStack;
    process.kill(recorded.pid, 0);
    return recorded;
  } catch {
    return undefined;
  }
}

function alreadyRunning(dataDir: string, { pid, webUrl }: Partial<RunningStack>): StartProblem {
  const where = webUrl === undefined ? '' : ` In a browser: ${webUrl}`;
  const stop = pid === undefined ? '' : `, or with "kill ${pid}"`;
  return new StartProblem({
    what: `Syncline is running already, on the data in ${dataDir}.${where}`,
    remedy: `Stop it with Ctrl-C in its terminal${stop}. Or start another one beside it, on data and ports of its own: npm start -- --port 4567 --web-port 4581 --data DIRECTORY --outputs FILE`,
  });
}

function portTaken(port: number, { of, option }: { readonly of: string; readonly option: string }): StartProblem {
  return new StartProblem({
    what: `Port ${port} for ${of} is taken by another program.`,
    remedy: `Stop that program, or choose another port: npm start -- ${option} ${port + 1}`,
  });
}

/** Whether a port can be listened on; 0 is any free one. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
