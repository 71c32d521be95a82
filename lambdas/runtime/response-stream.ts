import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { assert } from '@syncline/protocol';

/** The parts of the event of a function URL that are read. */
export interface StreamEvent {
  readonly rawPath: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly requestContext: { readonly requestId: string; readonly http?: { readonly sourceIp?: string } };
}

/** An answer whose body comes piece by piece. */
export interface StreamAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What Node's runtime in Lambda brings. Source: AWS Lambda Developer Guide, "Writing response streaming-enabled Lambda functions". */
interface StreamingRuntime {
  streamifyResponse(handler: (event: StreamEvent, stream: Writable) => Promise<void>): unknown;
  readonly HttpResponseStream: {
    from(
      stream: Writable,
      head: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> },
    ): Writable;
  };
}

/**
 * Makes the handler of a function whose URL streams. No more of a body is made than its reader takes; a body that fails ends the
 * connection, so that nobody takes a part for the whole.
 */
export function streaming(answer: (event: StreamEvent) => Promise<StreamAnswer>): unknown {
  const { awslambda } = globalThis as { readonly awslambda?: StreamingRuntime };
  assert(awslambda !== undefined, 'a function that streams runs in Lambda');
  return awslambda.streamifyResponse(async (event, stream) => {
    const { statusCode, headers, body } = await answer(event);
    await pipeline(body, awslambda.HttpResponseStream.from(stream, { statusCode, headers }));
  });
}
