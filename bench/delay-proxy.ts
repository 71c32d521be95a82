import { once } from 'node:events';
import { join } from 'node:path';
import { forkService } from './service-process.ts';

const PROGRAM = join(import.meta.dirname, 'delay-proxy-process.ts');

/**
 * A longer way to servers of this machine, for all clients alike: what is sent arrives half of `rttMs` later, and the first bytes of a
 * connection one `rttMs` later still, as its handshake would need. Of each direction at most DELAYED_BYTES_MAX are under way, which is what
 * TCP keeps under way at most without being told otherwise. The slow start of TCP, loss and TLS are not in it.
 */
export interface DelayProxy {
  /** Where it listens for each target, in their order. */
  readonly ports: readonly number[];
  /** Bytes that have come through in both directions since the last call. */
  takeBytes(): Promise<number>;
  stop(): void;
}

/** Precondition: `targets` are ports of the loopback interface; nothing need listen there yet. */
export async function startDelayProxy(targets: readonly number[], rttMs: number): Promise<DelayProxy> {
  const args = [String(rttMs), ...targets.map(String)];
  const { url: ports, child } = await forkService({ file: PROGRAM, args, environment: {} });
  // It ends with this process, and does not keep it from ending.
  child.unref();
  child.channel?.unref();
  return {
    ports: ports.split(' ').map(Number),
    takeBytes: async () => {
      const answered = once(child, 'message');
      child.send('bytes');
      return (await answered)[0] as number;
    },
    stop: () => void child.kill(),
  };
}
