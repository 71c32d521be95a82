import type { AccountStore } from '../accounts/account-store.ts';
import { describeError, type ErrorDescription } from '../runtime/describe-error.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { Telemetry } from '../runtime/telemetry.ts';
import { FAN_OUT_PAGES_IN_FLIGHT_MAX } from './limits.ts';
import { decodeMemberPage } from './member-page-message.ts';
import { pushMemberPage } from './push-member-page.ts';
import type { MemberPage } from './push-queue.ts';
import type { PushToMembersDependencies } from './push-to-members.ts';

export interface FanOutHandlerDependencies extends Omit<PushToMembersDependencies, 'meter'> {
  readonly accounts: Pick<AccountStore, 'listMembers'>;
  readonly telemetry: Telemetry;
}

/** The parts of an SQS event that are read. */
export interface QueueEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

/** The messages that come again, until the queue puts them aside; all others are done. */
export interface QueueResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

type PageOutcome =
  | { readonly kind: 'told' }
  | { readonly kind: 'unreached' }
  | { readonly kind: 'poisoned'; readonly error: ErrorDescription };

/**
 * Makes the handler of the queue of member pages. Each message stands for itself: one that cannot be read, or whose members could not all
 * be reached, is reported and comes again a few times; it holds up no other.
 */
export function createFanOutHandler(dependencies: FanOutHandlerDependencies) {
  return async (event: QueueEvent, context: { readonly awsRequestId: string }): Promise<QueueResult> => {
    const { clock, telemetry } = dependencies;
    const startedAt = clock.now();
    const outcomes = await mapBounded(FAN_OUT_PAGES_IN_FLIGHT_MAX, event.Records, ({ body }) =>
      tellPage(dependencies, body),
    );
    const failed = event.Records.filter((_record, index) => outcomes[index]?.kind !== 'told');
    const poisoned = outcomes.filter((outcome) => outcome.kind === 'poisoned');
    if (poisoned.length > 0) telemetry.count('pushPagesPoisoned', poisoned.length);
    const [first] = poisoned;
    telemetry.report({
      route: 'fan-out',
      requestId: context.awsRequestId,
      status: failed.length === 0 ? 200 : 207,
      durationMs: clock.now() - startedAt,
      ...(failed.length > poisoned.length ? { code: 'unavailable' } : {}),
      ...(first === undefined ? {} : { code: 'internal', error: first.error }),
    });
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

async function tellPage(dependencies: FanOutHandlerDependencies, body: string): Promise<PageOutcome> {
  let page: MemberPage;
  try {
    page = decodeMemberPage(body);
  } catch (error) {
    return { kind: 'poisoned', error: describeError(error) };
  }
  const isTold = await pushMemberPage({ ...dependencies, meter: dependencies.telemetry }, page);
  return { kind: isTold ? 'told' : 'unreached' };
}
