import { request } from 'node:http';
import { epochMs } from '@syncline/protocol';
import { S3ObjectStore } from '../../lambdas/chunks/s3-object-store.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import { awsConnection, createBucket } from '../support/aws-world.ts';
import { describeObjectStore } from './object-store.ts';

describeObjectStore(async () => {
  const bucket = await createBucket();
  const connection = awsConnection();
  return {
    objects: new S3ObjectStore({ bucket, connection, clock: systemClock }),
    put: async ({ url, headers, bytes }) => {
      const sent = { ...headers, 'content-length': String(bytes.length) };
      return (await call({ method: 'PUT', url, headers: sent, bytes })).status;
    },
    get: (url, range) =>
      call({ method: 'GET', url, headers: range === undefined ? {} : { range: `bytes=${range[0]}-${range[1]}` } }),
    signedAgo: (agoMs) => {
      const clock = { ...systemClock, now: () => epochMs(systemClock.now() - agoMs) };
      return new S3ObjectStore({ bucket, connection, clock });
    },
  };
});

/** Node's own client: `fetch` decides about some headers itself. */
function call(sent: {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes?: Uint8Array;
}): Promise<{ readonly status: number; readonly bytes: Uint8Array }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(sent.url, { method: sent.method, headers: { ...sent.headers } }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, bytes: Buffer.concat(parts) }));
    });
    outgoing.once('error', reject);
    outgoing.end(sent.bytes);
  });
}
