import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadEnvironment } from '../emulator/environment.ts';
import { localDir } from '../emulator/local-stack.ts';
import { runCommand } from '../emulator/run-command.ts';
import { freePort } from './free-port.ts';

const POM = join(import.meta.dirname, 'dynamodb-local.pom.xml');
const PROBE_TIMEOUT_MS = 20_000;
const DOWNLOAD_TIMEOUT_MS = 600_000;
const START_TRIES_MAX = 120;
const START_PAUSE_MS = 250;

/** AWS's own engine, in a process of its own, its tables in memory. */
export interface DynamodbLocal {
  readonly endpoint: string;
  stop(): void;
}

/** What this machine lacks to run the engine, in words; nothing when it can. */
export async function missingForDynamodbLocal(): Promise<string | undefined> {
  const missing: string[] = [];
  if (!(await runs('java', ['-version']))) missing.push('Java 17');
  if (!(await runs('mvn', ['--version']))) missing.push('Maven');
  return missing.length === 0 ? undefined : `${missing.join(' and ')} missing`;
}

/** Installs the engine at its first call, and starts it. */
export async function startDynamodbLocal(log: (line: string) => void): Promise<DynamodbLocal> {
  const directory = await installDynamodbLocal(log);
  const port = await freePort();
  const engine = ['com.amazonaws.services.dynamodbv2.local.main.ServerRunner', '-inMemory', '-sharedDb'];
  const child = spawn(
    'java',
    [
      `-Djava.library.path=${directory}`,
      '-cp',
      join(directory, '*'),
      ...engine,
      '-disableTelemetry',
      '-port',
      `${port}`,
    ],
    // It leaves a file of its own where it runs.
    { cwd: directory, stdio: 'ignore' },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await waitForAnswer(child, endpoint);
  } catch (error) {
    child.kill();
    throw error;
  }
  return { endpoint, stop: () => void child.kill() };
}

async function installDynamodbLocal(log: (line: string) => void): Promise<string> {
  const directory = join(localDir, 'dynamodb-local');
  const completeFile = join(directory, 'complete');
  if (existsSync(completeFile)) return directory;
  log('Installing DynamoDB Local into .local/dynamodb-local (once) …');
  await runCommand({
    purpose: 'installing DynamoDB Local',
    file: 'mvn',
    args: ['--batch-mode', '--quiet', '--file', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${directory}`],
    env: downloadEnvironment(),
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
    remedy: 'It needs Maven Central once. Check the network and the settings of Maven, then run this again.',
  });
  await writeFile(completeFile, '');
  return directory;
}

async function waitForAnswer(child: ChildProcess, endpoint: string): Promise<void> {
  const ended = new Promise<never>((_, reject) => {
    const fail = (cause?: unknown) => reject(new Error('DynamoDB Local did not start', { cause }));
    child.once('error', fail).once('exit', fail);
  });
  // What ends later than this function is no failure of the start.
  ended.catch(() => undefined);
  for (let tries = 0; tries < START_TRIES_MAX; tries++) {
    // Any answer will do: without a signature it is a refusal.
    const isUp = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await Promise.race([ended, sleep(START_PAUSE_MS)]);
  }
  throw new Error('DynamoDB Local does not answer');
}

function runs(file: string, args: readonly string[]): Promise<boolean> {
  const probe = { purpose: `looking for ${file}`, env: downloadEnvironment(), timeoutMs: PROBE_TIMEOUT_MS, remedy: '' };
  return runCommand({ ...probe, file, args }).then(
    () => true,
    () => false,
  );
}
