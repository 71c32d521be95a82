import { fork } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, 'local-service-process.ts');

/** Who every request comes from: the bench measures one account at a time. */
export interface BenchCaller {
  readonly issuer: string;
  readonly subject: string;
}

/** The real handlers behind HTTP, without an emulator of Lambda between, so that the calls they make can be counted. */
export interface LocalService {
  readonly url: string;
  stop(): void;
}

/** Runs them in a process of their own: they read their environment when they are loaded, and log to standard output. */
export async function startLocalService(
  environment: Readonly<Record<string, string>>,
  caller: BenchCaller,
): Promise<LocalService> {
  const child = fork(PROGRAM, [JSON.stringify(caller)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(message as string));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the local service ended with ${code}`)));
  });
  return { url, stop: () => void child.kill() };
}
