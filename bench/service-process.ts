import { type ChildProcess, fork } from 'node:child_process';

/**
 * Runs a module of this folder as a process that ends with this one, and waits for the address that it tells. A process of its
 * own: it reads its environment when it is loaded, logs to standard output, and takes no time from what is measured here.
 */
export async function forkService(options: {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = fork(options.file, options.args, {
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(message as string));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${options.file} ended with ${code}`)));
  });
  return { url, child };
}
