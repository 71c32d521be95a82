import { once } from 'node:events';
import { join } from 'node:path';
import { forkService } from './service-process.ts';

const PROGRAM = join(import.meta.dirname, 's3-stub-process.ts');

/** What a store was asked. */
export interface S3Requests {
  /** By kind: `PUT`, `GET`, `HEAD`, `DELETE`, and `LIST` for all that is about a bucket. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of all objects that were PUT and kept. */
  readonly storedBytes: number;
  /** Of all answers to GETs of objects. */
  readonly fetchedBytes: number;
}

/**
 * A store that stands in for S3 in a process of its own, in memory, for our client and for others alike. It verifies what a client
 * asks it to verify, as S3 does, and no signatures: SHA-256 by `x-amz-checksum-sha256`, MD5 by `Content-MD5`, the length, and
 * `If-None-Match: *`. Buckets are there as soon as they are named.
 */
export interface S3Stub {
  readonly url: string;
  /** What it was asked since the last call. */
  takeRequests(): Promise<S3Requests>;
  /** Forgets all objects: what rounds have stored would fill the memory of the machine. */
  clear(): Promise<void>;
  stop(): void;
}

export type S3StubMessage = 'requests' | 'clear';

export interface S3StubOptions {
  /** Megabits a second that the link to the store carries in each direction, over all of its connections; as many as it can when absent. */
  readonly linkMbit?: number | undefined;
}

export async function startS3Stub(options: S3StubOptions = {}): Promise<S3Stub> {
  const { url, child } = await forkService({ file: PROGRAM, args: [JSON.stringify(options)], environment: {} });
  const ask = async (message: S3StubMessage): Promise<unknown> => {
    const answered = once(child, 'message');
    child.send(message);
    return (await answered)[0];
  };
  return {
    url,
    takeRequests: async () => (await ask('requests')) as S3Requests,
    clear: async () => void (await ask('clear')),
    stop: () => void child.kill(),
  };
}
