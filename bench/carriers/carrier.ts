import type { S3Requests, S3Stub } from '../s3-stub.ts';

/** Where a store and its way are, for one round. */
export interface CarrierRound {
  /** An empty directory for configuration, databases, logs and what comes down. */
  readonly directory: string;
  /** The folder that is carried. It is left as it was. */
  readonly source: string;
  readonly stub: S3Stub;
  /** How long a request and its answer are under way, beside the work on them; 0 without a delay. */
  readonly rttMs: number;
  /** Whether all that travels is to be counted. */
  readonly countsBytes?: boolean | undefined;
}

/** A program that carries a folder up to a store, and down from there into another folder. */
export interface Carrier {
  /** With the settings that matter, as in `rclone copy, defaults`. */
  readonly name: string;
  readonly isOurs: boolean;
  /** What it calls itself and its version; undefined when it is not installed. */
  version(): Promise<string | undefined>;
  /** Sets it up for one round with a store that has seen nothing of the folder. */
  prepare(round: CarrierRound): Promise<PreparedCarrier>;
}

export interface PreparedCarrier {
  /** One run from its start until all is acknowledged. */
  up(): Promise<void>;
  /** One run from its start until all is in its place in the other folder. */
  down(): Promise<void>;
  /** Where `down` has put the files. */
  readonly target: string;
  /** Requests to anything but the store since the last call; undefined where there are none but those. */
  takeApiCalls?(): Promise<number>;
  /** All bytes that the carrier has sent and got since the last call; undefined where the store alone can count. */
  takeBytes?(): Promise<number>;
  /** Ends what runs, and takes away what was added to the source. */
  close(): Promise<void>;
}

/** What a run has sent and asked, beside its time. */
export interface CarrierRun {
  readonly seconds: number;
  readonly requests: S3Requests;
  readonly apiCalls: number | undefined;
}

/** Times one run. */
export async function timeRun(
  { stub, prepared }: { readonly stub: S3Stub; readonly prepared: PreparedCarrier },
  way: 'up' | 'down',
): Promise<CarrierRun> {
  await stub.takeRequests();
  await prepared.takeApiCalls?.();
  const startedAt = performance.now();
  await prepared[way]();
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, requests: await stub.takeRequests(), apiCalls: await prepared.takeApiCalls?.() };
}
