import { Buffer } from 'node:buffer';
import { type Route, routes } from '@syncline/protocol';
import type { AccessTokens } from '../../client/src/api/access-tokens.ts';
import type { Transport, TransportRequest, TransportResponse } from '../../client/src/api/transport.ts';
import type { ApiEvent } from '../../lambdas/runtime/api-event.ts';
import { eventOf, type InMemoryService } from './in-memory-service.ts';

/** Where the service is, for a client's `baseUrl`. */
export const IN_MEMORY_URL = 'https://api.memory.test';

/** Tokens of somebody who is signed in; the transport believes them. */
export function inMemoryTokens(subject: string, signIn?: string): AccessTokens {
  const token = inMemoryToken(subject, signIn);
  return { current: () => Promise.resolve(token), renew: () => Promise.resolve(undefined) };
}

/** The access token of somebody; of a sign-in, if one is named. */
export function inMemoryToken(subject: string, signIn?: string): string {
  return `memory ${subject}${signIn === undefined ? '' : `;${signIn}`}`;
}

/**
 * The network of a client that runs beside the service in one process: its API and the bucket of the signed URLs. With `isAddressed` subjects are
 * addresses, which tokens tell.
 */
export function inMemoryTransport(service: InMemoryService, { isAddressed = false } = {}): Transport {
  return {
    async send(request) {
      request.signal?.throwIfAborted();
      const answer = request.url.startsWith('memory:')
        ? exchangeObject(service, request)
        : await exchangeWithApi(service, request, isAddressed);
      request.signal?.throwIfAborted();
      return answer;
    },
  };
}

function exchangeObject(service: InMemoryService, request: TransportRequest): TransportResponse {
  const { objects } = service.stores;
  const { url, headers } = request;
  if (request.method === 'PUT') {
    const status = objects.put({ url, headers, bytes: Buffer.from(request.body ?? '') });
    return { status, headers: {}, body: new Uint8Array(0) };
  }
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers['range'] ?? '') ?? [];
  const range = first === undefined || last === undefined ? {} : { range: [Number(first), Number(last)] as const };
  const { status, bytes } = objects.get({ url, ...range });
  return { status, headers: {}, body: bytes };
}

async function exchangeWithApi(
  service: InMemoryService,
  request: TransportRequest,
  isAddressed: boolean,
): Promise<TransportResponse> {
  const url = new URL(request.url);
  const matched = matchRoute(request.method, url.pathname);
  if (matched === undefined) return { status: 404, headers: {}, body: Buffer.from('{"message":"Not Found"}') };
  const [, subject, signIn] = /^Bearer memory ([^;]+)(?:;(.+))?$/.exec(request.headers['authorization'] ?? '') ?? [];
  // What the authorizer of API Gateway answers, before any function is asked.
  const isOpen = matched.route.access === 'public' || matched.route.access === 'link';
  if (subject === undefined && !isOpen) {
    return { status: 401, headers: {}, body: Buffer.from('{"message":"Unauthorized"}') };
  }
  const base = eventOf(matched.route, {
    ...(subject === undefined ? {} : { subject }),
    ...(subject === undefined || !isAddressed ? {} : { email: subject }),
    ...(signIn === undefined ? {} : { signIn }),
  });
  const event: ApiEvent = {
    ...base,
    headers: { ...request.headers },
    pathParameters: matched.parameters,
    queryStringParameters: Object.fromEntries(url.searchParams),
    ...(request.body === undefined ? {} : { body: Buffer.from(request.body).toString() }),
  };
  const { statusCode: status, headers, body } = await service.handle(event);
  return { status, headers, body: Buffer.from(body) };
}

interface Match {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

const patterns = Object.values(routes as Readonly<Record<string, Route>>).map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

/** As API Gateway chooses: a path without parameters before one with them. */
function matchRoute(method: string, path: string): Match | undefined {
  const matches = patterns.flatMap(({ route, pattern }): Match[] => {
    const found = route.method === method ? pattern.exec(path) : null;
    if (found === null) return [];
    const parameters = Object.entries(found.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]);
    return [{ route, parameters: Object.fromEntries(parameters) as Record<string, string> }];
  });
  return matches.find(({ parameters }) => Object.keys(parameters).length === 0) ?? matches[0];
}
