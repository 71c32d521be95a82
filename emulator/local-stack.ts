import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { routes } from '@syncline/protocol';
import { addressAssembly, synthesize } from './assembly.ts';
import { deploy, type StackOutputs } from './deployment.ts';
import { type Emulator, startEmulator } from './emulator-process.ts';
import { downloadEnvironment } from './environment.ts';
import { type FrontServer, startFrontServer } from './front-server.ts';
import { ensurePythonEnvironment } from './python-environment.ts';
import { forgetRunning, recordRunning, refuseToStartTwice } from './running-stack.ts';
import { type SearchEngine, startSearchEngine } from './search-engine.ts';
import { installSearchEngine } from './search-engine-installation.ts';
import { StartProblem } from './start-problem.ts';
import { buildWebApp } from './web-build.ts';

export interface LocalStackOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly dataDir: string;
  /** Of the web app; 0 takes any free port. @default no web app */
  readonly webPort?: number;
  /** False for a stack whose data nobody needs after its stop. @default true */
  readonly isPersistent?: boolean;
  /** Is told in a line each time that something begins which takes a moment. */
  readonly log: (line: string) => void;
  /** Gives the start up; what has been started is stopped. */
  readonly signal?: AbortSignal | undefined;
}

/** What clients, tests and scripts need to know of a running stack; the content of `.local/outputs.json`. */
export interface LocalOutputs extends StackOutputs {
  /** Of the web app, with the API below it; absent where none was asked for. */
  readonly webUrl?: string;
}

/** The whole service, deployed to an emulator of its own. */
export interface LocalStack {
  readonly outputs: LocalOutputs;
  readonly emulator: Emulator;
  /** OpenSearch; undefined where it could not be started. */
  readonly searchEngine: SearchEngine | undefined;
  /** Stops every process. Resolves to false when the emulator had to be killed and has not saved its data. */
  stop(): Promise<boolean>;
}

const projectDir = path.dirname(import.meta.dirname);

/** Holds what can be made anew at any time: the emulator's installation and finished syntheses. */
export const localDir = path.join(projectDir, '.local');

/** Installs the emulator when it is not there yet, and returns the interpreter that runs it. */
export async function installEmulator(options: Pick<LocalStackOptions, 'log' | 'signal'>): Promise<string> {
  const requirementsFile = path.join(import.meta.dirname, 'requirements.txt');
  return ensurePythonEnvironment({ ...options, localDir, requirementsFile, env: downloadEnvironment() });
}

/** Starts the emulator and deploys the service to it. */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { port, dataDir, isPersistent = true, log, signal } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await refuseToStartTwice({ dataDir, port, webPort: options.webPort });
  const python = await installEmulator(options);
  // Written by serve.py when it has saved everything, and removed when it starts.
  const isAsLeft = existsSync(path.join(dataDir, 'clean-stop'));
  log('Starting the AWS emulator …');
  const [emulator, searchEngine] = await startBoth(
    () => startEmulator({ port, dataDir, isPersistent, python }),
    () => openSearchEngine(options, python),
  );
  let front: FrontServer | undefined;
  await recordRunning(dataDir, { pid: process.pid });
  const stop = async (): Promise<boolean> => {
    await front?.stop();
    await forgetRunning(dataDir);
    const [wasClean] = await Promise.all([emulator.stop(), searchEngine?.stop()]);
    return wasClean;
  };
  try {
    const deployed = await bringUpToDate({ emulator, searchEngine, options, isAsLeft });
    await waitForAnswer(deployed.apiUrl);
    front = await openFront(options, deployed);
    signal?.throwIfAborted();
    await recordRunning(dataDir, { pid: process.pid, webUrl: front?.url });
    const outputs = front === undefined ? deployed : { ...deployed, webUrl: front.url };
    return { outputs, emulator, searchEngine, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts two things at once; when one fails the other is stopped. */
async function startBoth(
  emulator: () => Promise<Emulator>,
  searchEngine: () => Promise<SearchEngine | undefined>,
): Promise<[Emulator, SearchEngine | undefined]> {
  const [first, second] = await Promise.allSettled([emulator(), searchEngine()]);
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value];
  if (first.status === 'fulfilled') await first.value.stop();
  if (second.status === 'fulfilled') await second.value?.stop();
  throw first.status === 'rejected' ? first.reason : (second as PromiseRejectedResult).reason;
}

/** Everything else works without it, so whoever has no Java is told what to do and goes on. */
async function openSearchEngine(options: LocalStackOptions, python: string): Promise<SearchEngine | undefined> {
  const { dataDir, log, signal } = options;
  try {
    const installation = await installSearchEngine({ localDir, python, log, signal });
    const before = (await readDeployed(recordFileOf(dataDir)))?.outputs.searchEndpoint;
    return await startSearchEngine({ installation, dataDir: path.join(dataDir, 'search'), before, signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof StartProblem)) throw error;
    log(`Search is off: ${error.message}.\n${error.remedy}`);
    return undefined;
  }
}

async function openFront(
  { webPort, log, signal }: LocalStackOptions,
  { apiUrl, endpoint, socketUrl }: StackOutputs,
): Promise<FrontServer | undefined> {
  if (webPort === undefined) return undefined;
  const siteDir = await buildWebApp({ projectDir, localDir, log, signal });
  const peers = { contents: endpoint, userPool: endpoint, socket: new URL(socketUrl).origin, hasTls: false };
  return startFrontServer({ port: webPort, siteDir, apiUrl, peers });
}

interface Deployed {
  readonly fingerprint: string;
  readonly outputs: StackOutputs;
}

/** Deploys, unless exactly these sources were deployed at exactly this address and the emulator lost nothing since. */
async function bringUpToDate(start: {
  readonly emulator: Emulator;
  readonly searchEngine: SearchEngine | undefined;
  readonly options: LocalStackOptions;
  readonly isAsLeft: boolean;
}): Promise<StackOutputs> {
  const { emulator, searchEngine, options, isAsLeft } = start;
  const { dataDir, log, signal } = options;
  const { endpoint } = emulator;
  const recordFile = recordFileOf(dataDir);
  const searchEndpoint = searchEngine?.endpoint;
  const hasSearch = searchEndpoint !== undefined;
  const assembly = await synthesize({ projectDir, localDir, hasSearch, log, signal });
  const deployed = isAsLeft ? await readDeployed(recordFile) : undefined;
  if (deployed?.fingerprint === assembly.fingerprint && isOf(deployed, { endpoint, searchEndpoint }))
    return deployed.outputs;

  log('Deploying …');
  const assemblyDir = path.join(dataDir, 'assembly');
  const searchHost = searchEndpoint === undefined ? undefined : new URL(searchEndpoint).host;
  await addressAssembly(assembly, { host: new URL(endpoint).host, searchHost, directory: assemblyDir });
  const outputs = await deploy({ projectDir, assemblyDir, endpoint, searchEndpoint, signal });
  const record: Deployed = { fingerprint: assembly.fingerprint, outputs };
  await writeFile(recordFile, JSON.stringify(record));
  return outputs;
}

/** Says what was deployed last, and where. */
function recordFileOf(dataDir: string): string {
  return path.join(dataDir, 'deployed.json');
}

function isOf(
  { outputs }: Deployed,
  { endpoint, searchEndpoint }: { readonly endpoint: string; readonly searchEndpoint: string | undefined },
) {
  return outputs.endpoint === endpoint && outputs.searchEndpoint === searchEndpoint;
}

async function readDeployed(recordFile: string): Promise<Deployed | undefined> {
  if (!existsSync(recordFile)) return undefined;
  return JSON.parse(await readFile(recordFile, 'utf8')) as Deployed;
}

/** Proves that a request reaches a function and comes back, before anybody is told that the service is ready. */
async function waitForAnswer(apiUrl: string): Promise<void> {
  const url = apiUrl + routes.getConfiguration.path;
  const response = await fetch(url);
  if (response.ok) return;
  throw new StartProblem({
    what: `The deployed service answers ${response.status}: ${(await response.text()).slice(0, 2_000)}`,
    remedy: 'The emulator’s log, emulator.log in the data directory, has what the function printed.',
  });
}
