import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type LocalStack, type LocalStackOptions, startLocalStack as start } from '../../emulator/local-stack.ts';

/** A deployed service of a test's own, on a free port, with data that its stop removes. */
export async function startLocalStack(options: Pick<LocalStackOptions, 'webPort'> = {}): Promise<LocalStack> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'syncline-stack-'));
  const remove = () => rm(dataDir, { recursive: true, force: true });
  try {
    const stack = await start({ ...options, port: 0, dataDir, isPersistent: false, log: () => undefined });
    return {
      ...stack,
      stop: async () => {
        const wasClean = await stack.stop();
        await remove();
        return wasClean;
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
