import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadEnvironment } from './environment.ts';
import { killProcessGroup } from './run-command.ts';
import { StartProblem } from './start-problem.ts';

/** Enough for a hundred thousand documents, and what a laptop can spare. */
const HEAP_MIB = 512;
const READY_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 100;
const STOP_TIMEOUT_MS = 20_000;
const LAST_LINES_MAX = 30;

export interface SearchEngineOptions {
  /** What `installSearchEngine` made. */
  readonly installation: string;
  /** Keeps the index, the engine's configuration and its log. Belongs to one running engine at a time. */
  readonly dataDir: string;
  /** Where it was before: functions that were deployed know that address. Taken again when it is free. */
  readonly before?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** OpenSearch, one node on this machine, in a process of its own. */
export interface SearchEngine {
  readonly endpoint: string;
  readonly logFile: string;
  /** Settles when the process has ended. */
  readonly exited: Promise<void>;
  /** Idempotent. What was written before is on the disk afterwards. */
  stop(): Promise<void>;
}

/**
 * Starts the engine on a free port and resolves when it answers.
 * @throws StartProblem that shows its last words.
 */
export async function startSearchEngine(options: SearchEngineOptions): Promise<SearchEngine> {
  const { dataDir, signal } = options;
  const logFile = path.join(dataDir, 'search-engine.log');
  const configuration = path.join(dataDir, 'configuration');
  await mkdir(configuration, { recursive: true });
  const port = await portToTake(options.before);
  await writeFile(path.join(configuration, 'opensearch.yml'), `${SETTINGS}http.port: ${port}\n`);
  await writeFile(path.join(configuration, 'log4j2.properties'), LOGGING);
  const watched = [path.join(import.meta.dirname, 'run-while-watched.mjs'), 'java'];
  const child = spawn(process.execPath, [...watched, ...engineArguments(options, configuration)], {
    cwd: options.installation,
    env: downloadEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  const output = watchOutput(child, logFile);
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const stop = (): Promise<void> => stopEngine(child, exited);
  // Writing to an engine that has ended is not an event of its own: `exited` tells.
  child.stdin.on('error', () => undefined);
  const late = sleep(READY_TIMEOUT_MS, undefined, { ref: false });
  const endpoint = await Promise.race([output.endpoint, exited.then(() => undefined), late]);
  if (endpoint !== undefined && (await waitForAnswer(endpoint, { child, signal }))) {
    return { endpoint, logFile, exited, stop };
  }
  await stop();
  signal?.throwIfAborted();
  throw new StartProblem({
    what: `OpenSearch did not become ready. Its last words:\n    ${output.lastLines().join('\n    ')}`,
    remedy: `Its full output is in ${logFile}.`,
  });
}

/** Other than its defaults: nobody else joins it, and it says where it listens. */
const SETTINGS = `cluster.name: syncline
node.name: local
network.host: 127.0.0.1
transport.port: 0
discovery.type: single-node
cluster.routing.allocation.disk.threshold_enabled: false
action.auto_create_index: false
`;

const LOGGING = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
`;

/** The port of an address, if nobody listens there; else 0 for any. */
async function portToTake(address: string | undefined): Promise<number> {
  if (address === undefined) return 0;
  const port = Number(new URL(address).port);
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)));
  });
}

function engineArguments({ installation, dataDir }: SearchEngineOptions, configuration: string): string[] {
  const isRoot = process.getuid?.() === 0;
  return [
    `-Xms${HEAP_MIB}m`,
    `-Xmx${HEAP_MIB}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.security.manager=allow',
    '-Djava.locale.providers=SPI,COMPAT',
    '-Dfile.encoding=UTF-8',
    '-Dlog4j2.disable.jmx=true',
    '-Dlog4j.shutdownHookEnabled=false',
    `-Dopensearch.path.home=${installation}`,
    `-Dopensearch.path.conf=${configuration}`,
    '-Dopensearch.distribution.type=zip',
    '-Dopensearch.bundled_jdk=false',
    // In a container there is often nobody but root, as whom the engine refuses to run. Without native code it does not ask.
    ...(isRoot ? ['-Djna.nosys=true', '-Djna.nounpack=true', '-Djna.noclasspath=true'] : []),
    ...(isRoot ? [`-Djna.boot.library.path=${path.join(configuration, 'none')}`] : []),
    '-cp',
    path.join(installation, 'lib', '*'),
    'org.opensearch.bootstrap.OpenSearch',
    `-Epath.data=${path.join(dataDir, 'index')}`,
    `-Epath.logs=${path.join(dataDir, 'logs')}`,
  ];
}

/** The engine tells in its log which ports it was given. */
const PUBLISHED = /HttpServerTransport\].*publish_address \{([^}]*)\}/;

function watchOutput(child: ChildProcess, logFile: string) {
  const log = createWriteStream(logFile, { mode: 0o600 });
  const lines: string[] = [];
  const { promise: endpoint, resolve } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      lines.push(line);
      if (lines.length > LAST_LINES_MAX) lines.shift();
      const address = PUBLISHED.exec(line)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
  }
  child.once('close', () => log.end());
  return { endpoint, lastLines: (): readonly string[] => [...lines] };
}

/** Whether it came to answer before it ended, or its time was over. */
async function waitForAnswer(
  endpoint: string,
  { child, signal }: { readonly child: ChildProcess; readonly signal: AbortSignal | undefined },
): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < READY_TIMEOUT_MS && child.exitCode === null; waitedMs += READY_POLL_MS) {
    signal?.throwIfAborted();
    const answer = await fetch(`${endpoint}/_cluster/health`).catch(() => undefined);
    if (answer?.ok === true) return true;
    await sleep(READY_POLL_MS);
  }
  return false;
}

async function stopEngine(child: ChildProcess, exited: Promise<void>): Promise<void> {
  // It flushes what it has when it is told to end.
  child.stdin?.end();
  const timer = setTimeout(() => killProcessGroup(child.pid), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}
