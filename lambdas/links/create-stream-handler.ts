import { problemResult, SAFE_HEADERS } from '../runtime/api-result.ts';
import type { Clock } from '../runtime/clock.ts';
import { describeError, type ErrorDescription } from '../runtime/describe-error.ts';
import { RETRY_AFTER_SECONDS } from '../runtime/limits.ts';
import { type Outcome, refused } from '../runtime/outcome.ts';
import { readVisitor } from '../runtime/read-visitor.ts';
import type { StreamAnswer, StreamEvent } from '../runtime/response-stream.ts';
import type { Invocation, Telemetry } from '../runtime/telemetry.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { type StreamedContent, type StreamLinkDependencies, streamLink } from './stream-link.ts';

export interface StreamHandlerDependencies extends StreamLinkDependencies {
  readonly clock: Pick<Clock, 'now'>;
  readonly telemetry: Telemetry;
}

/**
 * Answers requests to the URL of the stream, whose path is a ticket. Refusals are those of the API. Every request writes one line,
 * when its last byte was given on or its reader has gone.
 */
export function createStreamHandler(
  dependencies: StreamHandlerDependencies,
): (event: StreamEvent) => Promise<StreamAnswer> {
  const { clock, telemetry } = dependencies;
  return async (event) => {
    const startedAt = clock.now();
    const { requestId } = event.requestContext;
    const report = (facts: Pick<Invocation, 'status' | 'code' | 'error'>) =>
      telemetry.report({ route: 'stream', requestId, durationMs: clock.now() - startedAt, ...facts });
    const { outcome, error } = await answer(dependencies, event);
    if (outcome.kind === 'refused') {
      const { statusCode, headers, body } = problemResult(outcome.error, requestId);
      report({ status: statusCode, code: outcome.error.code, ...(error === undefined ? {} : { error }) });
      return { statusCode, headers, body: once(Buffer.from(body)) };
    }
    const { status, headers, span, bytes } = outcome.value;
    return {
      statusCode: status,
      headers: { ...SAFE_HEADERS, ...headers, 'content-length': `${span.end - span.start}`, 'x-request-id': requestId },
      body: reporting(bytes, (failure) => report({ status, ...(failure === undefined ? {} : { error: failure }) })),
    };
  };
}

async function answer(
  dependencies: StreamHandlerDependencies,
  event: StreamEvent,
): Promise<{ readonly outcome: Outcome<StreamedContent>; readonly error?: ErrorDescription }> {
  try {
    return {
      outcome: await streamLink(dependencies, event.rawPath.slice(1), readVisitor(event, { isBehindEdge: false })),
    };
  } catch (failure) {
    const error = describeError(failure);
    if (!(failure instanceof UnavailableError)) {
      return { outcome: refused('internal', 'the service failed; the request id finds the reason in its logs'), error };
    }
    const retryAfterSeconds = RETRY_AFTER_SECONDS;
    return {
      outcome: refused('unavailable', 'the service is busy: repeat the same request', { retryAfterSeconds }),
      error,
    };
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Passes pieces on, and reports at the end, whichever end it is. */
async function* reporting(
  bytes: AsyncIterable<Uint8Array>,
  report: (failure: ErrorDescription | undefined) => void,
): AsyncGenerator<Uint8Array> {
  let failure: ErrorDescription | undefined;
  try {
    yield* bytes;
  } catch (error) {
    failure = describeError(error);
    throw error;
  } finally {
    report(failure);
  }
}
