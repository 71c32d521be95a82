import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { routes } from '@syncline/protocol';
import { addressAssembly, synthesize } from './assembly.ts';
import { deploy, type StackOutputs } from './deployment.ts';
import { type Emulator, startEmulator } from './emulator-process.ts';
import { downloadEnvironment } from './environment.ts';
import { ensurePythonEnvironment } from './python-environment.ts';
import { StartProblem } from './start-problem.ts';

export interface LocalStackOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly dataDir: string;
  /** False for a stack whose data nobody needs after its stop. @default true */
  readonly isPersistent?: boolean;
  /** Is told in a line each time that something begins which takes a moment. */
  readonly log: (line: string) => void;
  /** Gives the start up; what has been started is stopped. */
  readonly signal?: AbortSignal | undefined;
}

/** The whole service, deployed to an emulator of its own. */
export interface LocalStack {
  readonly outputs: StackOutputs;
  readonly emulator: Emulator;
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
  const python = await installEmulator(options);
  // Written by serve.py when it has saved everything, and removed when it starts.
  const isAsLeft = existsSync(path.join(dataDir, 'clean-stop'));
  log('Starting the AWS emulator …');
  const emulator = await startEmulator({ port, dataDir, isPersistent, python });
  try {
    const outputs = await bringUpToDate({ emulator, options, isAsLeft });
    await waitForAnswer(outputs.apiUrl);
    signal?.throwIfAborted();
    return { outputs, emulator, stop: () => emulator.stop() };
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

interface Deployed {
  readonly fingerprint: string;
  readonly outputs: StackOutputs;
}

/** Deploys, unless exactly these sources were deployed at exactly this address and the emulator lost nothing since. */
async function bringUpToDate(start: {
  readonly emulator: Emulator;
  readonly options: LocalStackOptions;
  readonly isAsLeft: boolean;
}): Promise<StackOutputs> {
  const { emulator, options, isAsLeft } = start;
  const { dataDir, log, signal } = options;
  const { endpoint } = emulator;
  const recordFile = path.join(dataDir, 'deployed.json');
  const assembly = await synthesize({ projectDir, localDir, log, signal });
  const deployed = isAsLeft ? await readDeployed(recordFile) : undefined;
  if (deployed?.fingerprint === assembly.fingerprint && deployed.outputs.endpoint === endpoint) return deployed.outputs;

  log('Deploying …');
  const assemblyDir = path.join(dataDir, 'assembly');
  await addressAssembly(assembly, { host: new URL(endpoint).host, directory: assemblyDir });
  const outputs = await deploy({ projectDir, assemblyDir, endpoint, signal });
  const record: Deployed = { fingerprint: assembly.fingerprint, outputs };
  await writeFile(recordFile, JSON.stringify(record));
  return outputs;
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
