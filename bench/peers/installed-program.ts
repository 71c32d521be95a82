import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Program } from '../program.ts';
import { SHORT_RUN_MS_MAX } from './limits.ts';
import { peerEnvironment } from './peer.ts';

/** The first line that a program prints when it is asked for its version; undefined when it is not installed. */
export async function versionOf(file: string, args: readonly string[]): Promise<string | undefined> {
  const directory = tmpdir();
  try {
    const program = await Program.start({ file, args, env: peerEnvironment(directory), cwd: directory });
    return (await program.expectEnd(SHORT_RUN_MS_MAX)).trim().split('\n', 1)[0];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a program is found by its name. */
export function isInstalled(file: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => existsSync(join(directory, file)));
}
