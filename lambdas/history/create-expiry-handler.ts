import { epochMs, type NamespaceId } from '@syncline/protocol';
import { type SettleDependencies, settleRemainders } from '../remainders/settle-remainders.ts';
import { describeError } from '../runtime/describe-error.ts';
import type { Telemetry } from '../runtime/telemetry.ts';
import { type ExpireDependencies, type ExpiryReport, expireNamespace } from './expire-namespace.ts';
import { ageExpiry } from './expiry-clock.ts';
import { EXPIRY_RUN_MS } from './limits.ts';

export interface ExpiryHandlerDependencies extends Omit<ExpireDependencies & SettleDependencies, 'meter'> {
  readonly telemetry: Telemetry;
}

/** What a person may ask for; the schedule asks for nothing. */
export interface ExpiryEvent {
  /** Tell what would go, and write nothing. */
  readonly dryRun?: boolean;
  /** Only this namespace. */
  readonly namespaceId?: NamespaceId;
}

/** What a run did, or would do. A namespace that failed is counted and does not hinder the others. */
export interface ExpirySummary extends ExpiryReport {
  readonly namespaces: number;
  readonly failed: number;
}

/** Makes the function of the expiry: all namespaces, one after the other, until the time is over. */
export function createExpiryHandler(dependencies: ExpiryHandlerDependencies) {
  return async (event: ExpiryEvent, context: { readonly awsRequestId: string }): Promise<ExpirySummary> => {
    const { clock, expiryClock, telemetry } = dependencies;
    const settling = { ...dependencies, meter: telemetry };
    const startedAt = clock.now();
    const isDryRun = event.dryRun === true;
    const aged = ageExpiry(await expiryClock.read(), startedAt);
    if (!isDryRun) await expiryClock.write(aged);
    // Its clock may be ahead by now, of a wall that was ahead for a while.
    const time = epochMs(Math.min(aged, startedAt));
    const options = { until: epochMs(startedAt + EXPIRY_RUN_MS), isDryRun, time };
    const summary = { namespaces: 0, failed: 0, revisions: 0, bytes: 0, purged: 0, isDone: true };
    let failure: unknown;
    let after: string | undefined;
    do {
      const { heads, next } = await dependencies.namespaces.listNamespaces(after);
      for (const head of heads) {
        if (event.namespaceId !== undefined && event.namespaceId !== head.namespaceId) continue;
        summary.namespaces += 1;
        try {
          const report = await expireNamespace(settling, head, options);
          summary.revisions += report.revisions;
          summary.bytes += report.bytes;
          summary.purged += report.purged;
          // What is left of a shared folder lies in its ground.
          const groundId = head.groundId ?? head.namespaceId;
          const isSettled = options.isDryRun || (await settleRemainders(settling, groundId, options.until));
          summary.isDone &&= report.isDone && isSettled;
        } catch (error) {
          failure = error;
          summary.failed += 1;
        }
      }
      after = next;
    } while (after !== undefined);
    telemetry.report({
      route: 'expiry',
      requestId: context.awsRequestId,
      status: summary.failed > 0 ? 500 : 200,
      durationMs: clock.now() - startedAt,
      ...(summary.failed > 0 ? { code: 'internal', error: describeError(failure) } : {}),
    });
    return summary;
  };
}
