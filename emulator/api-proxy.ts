import { randomUUID } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { operationError, SECOND_MS } from '@syncline/protocol';
import type { Headers } from '@syncline/web/response-headers';
import { problemResult } from '../lambdas/runtime/api-result.ts';

/** Hands requests on to the HTTP API, and its answers back, as they come. */
export interface ApiProxy {
  forward(from: IncomingMessage, response: ServerResponse): void;
  close(): void;
}

export interface ApiProxyOptions {
  /** Base URL of the HTTP API, without a slash at its end. */
  readonly apiUrl: string;
  /** Set on every answer, over what the API says. */
  readonly headers: Headers;
  /** How long a connection to the API is kept without a request on it. @default IDLE_MS_MAX */
  readonly idleMsMax?: number;
}

/**
 * Shorter than the emulator keeps one (KEEP_ALIVE_S in serve.py). Whoever keeps it longest sends a request into a connection that the other
 * end is just closing, and nobody could say whether it was carried out.
 */
export const IDLE_MS_MAX = 10 * SECOND_MS;

/** What belongs to one connection and not to what travels on it. Source: RFC 9110, 7.6.1. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function createApiProxy({ apiUrl, headers, idleMsMax = IDLE_MS_MAX }: ApiProxyOptions): ApiProxy {
  // Of a connection with a request on it the agent only says that the time is over: a long poll goes on.
  const agent = new Agent({ keepAlive: true, timeout: idleMsMax });
  return {
    forward: (from, response) => {
      const upstream = request(`${apiUrl}${from.url ?? '/'}`, {
        agent,
        method: from.method,
        headers: { ...travelling(from.headers), 'x-forwarded-for': from.socket.remoteAddress },
      });
      upstream.once('response', (answer) => {
        response.writeHead(answer.statusCode ?? 502, { ...travelling(answer.headers), ...headers });
        answer.pipe(response);
        // Half an answer must not look like a whole one.
        answer.once('error', () => response.destroy());
      });
      upstream.once('error', () => {
        if (response.headersSent) response.destroy();
        else answerUnreachable(response, headers);
      });
      // Whoever leaves a long poll need not be waited for.
      response.once('close', () => upstream.destroy());
      from.pipe(upstream);
    },
    close: () => agent.destroy(),
  };
}

function answerUnreachable(response: ServerResponse, headers: Headers): void {
  const error = operationError('unavailable', 'the service does not answer: is the local stack still running?');
  const problem = problemResult(error, randomUUID());
  response.writeHead(problem.statusCode, { ...problem.headers, ...headers }).end(problem.body);
}

function travelling(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CONNECTION_HEADERS.has(name)));
}
