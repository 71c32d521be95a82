import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmulator } from '../../emulator/emulator-process.ts';
import { AWS_CREDENTIALS, AWS_REGION } from '../../emulator/environment.ts';
import { installEmulator } from '../../emulator/local-stack.ts';

/** An AWS that has nothing deployed, for the conformance suites of stores. */
export interface AwsEndpoint {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  stop(): Promise<void>;
}

/** Starts an emulator on a free port in a fraction of a second, with nothing in it. */
export async function startAwsEndpoint(): Promise<AwsEndpoint> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'syncline-aws-'));
  const python = await installEmulator({ log: () => undefined });
  const emulator = await startEmulator({ port: 0, dataDir, isPersistent: false, python });
  return {
    endpoint: emulator.endpoint,
    region: AWS_REGION,
    credentials: AWS_CREDENTIALS,
    stop: async () => {
      await emulator.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
