import { Agent, request as undiciRequest } from 'undici';
import { withDeadline } from '../../api/deadline.ts';
import type { Transport, TransportRequest, TransportResponse } from '../../api/transport.ts';
import { UnavailableError } from '../../api/unavailable-error.ts';

/** Connections to one host; the transfer gate keeps fewer requests than that under way. */
const CONNECTIONS_MAX = 64;
/** Shorter than the idle time after which API Gateway, S3 and common servers close. */
const KEEP_ALIVE_MS = 4_000;

/**
 * Transport over undici's connection pool: several times faster than the global `fetch`, and with reused connections.
 * `close` ends idle connections, so that a process can end at once.
 * Source: docs/decisions/0031-undici-in-node.md
 */
export function createNodeTransport(): Transport & { readonly close: () => Promise<void> } {
  const agent = new Agent({
    connections: CONNECTIONS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // The deadline of each request bounds all of it; undici's own timers would cut slow uploads.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    close: () => agent.destroy(),
    async send(request) {
      try {
        return await withDeadline(request, (signal) => exchange(agent, request, signal));
      } catch (cause) {
        request.signal?.throwIfAborted();
        if (cause instanceof UnavailableError) throw cause;
        throw new UnavailableError('no answer from the network', { cause });
      }
    },
  };
}

async function exchange(agent: Agent, request: TransportRequest, signal: AbortSignal): Promise<TransportResponse> {
  const response = await undiciRequest(request.url, {
    method: request.method as 'GET',
    headers: request.headers,
    // undici sends a Blob as well, of which its types say nothing.
    body: (request.bodyPart as Uint8Array | undefined) ?? request.body ?? null,
    dispatcher: agent,
    signal,
  });
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status: response.statusCode, headers, body: await readBody(response.body, request) };
}

async function readBody(
  body: AsyncIterable<Uint8Array>,
  { answerBytesMax, answerInto }: TransportRequest,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    const start = length;
    length += part.length;
    if (length > answerBytesMax) throw new UnavailableError(`an answer was longer than ${answerBytesMax} bytes`);
    const isInto = answerInto !== undefined && length <= answerInto.length;
    if (isInto) answerInto.set(part, start);
    // What does not fit goes on in memory of its own.
    else if (answerInto !== undefined && start <= answerInto.length) parts.push(answerInto.slice(0, start), part);
    else parts.push(part);
  }
  if (answerInto !== undefined && length <= answerInto.length) return answerInto.subarray(0, length);
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length);
}
