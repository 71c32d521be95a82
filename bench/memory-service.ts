import { once } from 'node:events';
import { join } from 'node:path';
import type { Interval } from './machine-clock.ts';
import { readCpuSeconds } from './process-usage.ts';
import { forkService } from './service-process.ts';

const PROGRAM = join(import.meta.dirname, 'memory-service-process.ts');

/** A time in which the service was at work for one request. */
export interface Work extends Interval {
  /** The route, or `PUT` and `GET` of an object. */
  readonly request: string;
}

/**
 * The real handlers over the memory stores, behind plain HTTP and a WebSocket, with a user pool that lets everybody in: a whole
 * deployment without the time that an emulator takes. It sleeps nowhere: a commit is pushed as soon as it is made.
 */
export interface MemoryService {
  readonly url: string;
  /** What it has worked on since the last call. A long poll is no work. */
  readonly takeWork: () => Promise<readonly Work[]>;
  /** CPU that it has used until now, where the system tells it. */
  readonly cpuSeconds: () => number;
  stop(): void;
}

/** Where a memory service keeps its bytes, and under which addresses the devices find it and them. */
export interface MemoryServicePlaces {
  /** The port that it listens on; a free one when absent. */
  readonly port?: number;
  /** The address that devices are given, where that is not its own. */
  readonly publicUrl?: string;
  /** A store that keeps the bytes, as S3 would, at `url` for the service and at `publicUrl` for devices. Else its own memory does. */
  readonly objects?: { readonly url: string; readonly publicUrl: string };
}

export async function startMemoryService(places: MemoryServicePlaces = {}): Promise<MemoryService> {
  const { url, child } = await forkService({ file: PROGRAM, args: [JSON.stringify(places)], environment: {} });
  return {
    url: places.publicUrl ?? url,
    takeWork: async () => {
      const answered = once(child, 'message');
      child.send('work');
      return (await answered)[0] as readonly Work[];
    },
    cpuSeconds: () => readCpuSeconds(child.pid ?? 0),
    stop: () => void child.kill(),
  };
}
