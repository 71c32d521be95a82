import type { Telemetry } from '../runtime/telemetry.ts';
import type { CanaryCredentials } from './canary-device.ts';
import { type CanaryDependencies, type CanaryReport, runCanary } from './run-canary.ts';

export interface CanaryHandlerDependencies extends Omit<CanaryDependencies, 'credentials'> {
  readonly readCredentials: () => Promise<CanaryCredentials>;
  readonly telemetry: Telemetry;
  /** Where a line goes that says what failed. */
  readonly write: (line: string) => void;
}

/** One run, on a schedule: what it came to is its answer, its line and its metrics, whatever that is. */
export function createCanaryHandler({ readCredentials, telemetry, write, ...dependencies }: CanaryHandlerDependencies) {
  return async (_event: unknown, context: { readonly awsRequestId: string }): Promise<CanaryReport> => {
    const startedAt = dependencies.clock.now();
    const credentials = await readCredentials();
    const report = await runCanary({ ...dependencies, credentials });
    const { failed, stepsMs } = report;
    if (failed !== undefined) write(`${JSON.stringify({ level: 'ERROR', message: 'the canary failed', ...failed })}\n`);
    telemetry.count('canariesFailed', failed === undefined ? 0 : 1);
    if (stepsMs.store !== undefined) telemetry.count('canaryStoreMs', stepsMs.store);
    if (stepsMs.push !== undefined) telemetry.count('canaryPushMs', stepsMs.push);
    if (stepsMs.read !== undefined) telemetry.count('canaryReadMs', stepsMs.read);
    telemetry.report({
      route: 'canary',
      requestId: context.awsRequestId,
      status: failed === undefined ? 200 : 500,
      durationMs: dependencies.clock.now() - startedAt,
    });
    return report;
  };
}
