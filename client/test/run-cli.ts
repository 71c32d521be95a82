import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoopbackService } from './loopback-service.ts';
import { testedCommand } from './tested-command.ts';

const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly home: string;
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where standard output goes instead of into the answer: a file that is open. */
  readonly stdout?: number;
  /** Gives the process to the test as soon as it is started. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs the command line as a process of its own, without a terminal. */
export async function runCli(words: readonly string[], options: CliOptions): Promise<CliRun> {
  const environment = { PATH: process.env['PATH'], SYNCLINE_HOME: options.home, ...options.environment };
  const child = spawn(process.execPath, [testedCommand(), ...words], {
    cwd: options.home,
    env: environment,
    stdio: ['pipe', options.stdout ?? 'pipe', 'pipe'],
  });
  child.stdin?.end(options.stdin ?? '');
  options.onStart?.(child);
  const [stdout, stderr, code] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { code, stdout, stderr };
}

async function collect(stream: AsyncIterable<Uint8Array> | null): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream ?? []) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** A directory as `SYNCLINE_HOME`, in which nobody has signed in. */
export function makeHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'syncline-home-'));
}

/** A directory as `SYNCLINE_HOME` in which somebody is signed in to the service. */
export async function makeSignedInHome(service: LoopbackService): Promise<string> {
  const home = await makeHome();
  const userPool = { endpoint: service.baseUrl, userPoolId: 'pool', clientId: 'client' };
  const account = { accountId: ID, homeNamespaceId: ID };
  const configuration = { deviceId: ID, deviceName: 'desk', apiUrl: service.baseUrl, userPool, account };
  const credentials = { accessToken: 'access', refreshToken: 'refresh', expiresAt: Date.now() + 3_600_000 };
  await writeFile(join(home, 'config.json'), JSON.stringify(configuration));
  await writeFile(join(home, 'credentials.json'), JSON.stringify(credentials));
  return home;
}
