import { startDelayProxy } from '../delay-proxy.ts';
import { freePort } from '../free-port.ts';
import { type MemoryService, startMemoryService } from '../memory-service.ts';
import type { S3Stub } from '../s3-stub.ts';

/** A service of its own over a store, with a delay between devices and both. */
export interface ServiceRoute {
  readonly service: MemoryService;
  /** Bytes that devices have sent to both and got from them since the last call; undefined where nobody counts. */
  readonly takeBytes?: (() => Promise<number>) | undefined;
  close(): void;
}

/** The service itself is near the store, as in AWS: the delay is that of devices alone. */
export async function openServiceRoute({
  stub,
  rttMs,
  countsBytes = false,
}: {
  readonly stub: S3Stub;
  readonly rttMs: number;
  readonly countsBytes?: boolean | undefined;
}): Promise<ServiceRoute> {
  if (rttMs === 0 && !countsBytes) {
    const service = await startMemoryService({ objects: { url: stub.url, publicUrl: stub.url } });
    return { service, close: () => service.stop() };
  }
  const port = await freePort();
  const proxy = await startDelayProxy([port, Number(new URL(stub.url).port)], rttMs);
  const [publicUrl = '', objectsUrl = ''] = proxy.ports.map((one) => `http://127.0.0.1:${one}`);
  const service = await startMemoryService({ port, publicUrl, objects: { url: stub.url, publicUrl: objectsUrl } });
  return {
    service,
    takeBytes: () => proxy.takeBytes(),
    close: () => {
      service.stop();
      proxy.stop();
    },
  };
}
