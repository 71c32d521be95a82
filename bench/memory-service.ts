import { once } from 'node:events';
import { join } from 'node:path';
import type { Interval } from './machine-clock.ts';
import { forkService } from './service-process.ts';

const PROGRAM = join(import.meta.dirname, 'memory-service-process.ts');

/**
 * The real handlers over the memory stores, behind plain HTTP and a WebSocket, with a user pool that lets everybody in: a whole
 * deployment without the time that an emulator takes. It sleeps nowhere: a commit is pushed as soon as it is made.
 */
export interface MemoryService {
  readonly url: string;
  /** When it was busy with requests since the last call. A long poll is no work. */
  readonly takeBusy: () => Promise<readonly Interval[]>;
  stop(): void;
}

export async function startMemoryService(): Promise<MemoryService> {
  const { url, child } = await forkService({ file: PROGRAM, args: [], environment: {} });
  return {
    url,
    takeBusy: async () => {
      const answered = once(child, 'message');
      child.send('busy');
      return (await answered)[0] as readonly Interval[];
    },
    stop: () => void child.kill(),
  };
}
