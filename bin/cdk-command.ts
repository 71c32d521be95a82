import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ConfigError } from '../lib/config.ts';

const WRONG = 2;

/** Runs the CDK's command line with the terminal of this process. Answers its exit code. */
export function cdk(parameters: readonly string[]): number {
  const root = join(import.meta.dirname, '..');
  const program = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  return spawnSync(process.execPath, [program, ...parameters], { cwd: root, stdio: 'inherit' }).status ?? 1;
}

/** Ends this process with the exit code that a command answers. What is wrong with its settings is told in a sentence. */
export async function endWith(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = WRONG;
  }
}
