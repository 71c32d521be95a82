import { type DelayProxy, startDelayProxy } from '../delay-proxy.ts';

/** The address by which a carrier reaches a server of this machine, with the delay of the round on its way. */
export interface StoreRoute {
  readonly url: string;
  close(): void;
}

/** A way to a server that is `rttMs` away; the server's own address when that is nothing. */
export async function openRoute(url: string, rttMs: number): Promise<StoreRoute> {
  if (rttMs === 0) return { url, close: () => undefined };
  const proxy: DelayProxy = await startDelayProxy([Number(new URL(url).port)], rttMs);
  return { url: `http://127.0.0.1:${proxy.ports[0] ?? 0}`, close: () => proxy.stop() };
}
