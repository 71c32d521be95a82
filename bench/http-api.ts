import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Route, type RouteName, routes } from '@syncline/protocol';
import type { ApiEvent, ApiResult } from '../lambdas/runtime/api-event.ts';

/** The claims of whoever sends a request, as the authorizer of API Gateway would pass them on; undefined without a token. */
export type ClaimsOf = (incoming: IncomingMessage) => Readonly<Record<string, unknown>> | undefined;
export type RouteHandler = (event: ApiEvent) => Promise<ApiResult>;

/** A request to a route of the API, as a handler wants it. */
export interface MatchedRequest {
  readonly name: RouteName;
  readonly event: ApiEvent;
}

/** Makes of a request what API Gateway makes of it; undefined when there is no such route. */
export function toApiEvent(incoming: IncomingMessage, body: string, claimsOf: ClaimsOf): MatchedRequest | undefined {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const match = matchRoute(incoming.method ?? '', url.pathname);
  if (match === undefined) return undefined;
  const claims = claimsOf(incoming);
  const event: ApiEvent = {
    routeKey: `${match.route.method} ${match.route.path}`,
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    requestContext: { requestId: 'bench', ...(claims === undefined ? {} : { authorizer: { jwt: { claims } } }) },
    pathParameters: match.parameters,
    queryStringParameters: Object.fromEntries(url.searchParams),
    ...(body === '' ? {} : { body }),
  };
  return { name: match.name, event };
}

/** Listens on a port of the loopback interface, a free one if none is given. Answers the address. */
export async function listen(server: Server, port = 0): Promise<string> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Serves requests by a function that answers each; what it throws is answered by 500. */
export function createAnsweringServer(answer: (incoming: IncomingMessage) => Promise<HttpAnswer>): Server {
  return createServer((incoming, outgoing) => {
    answer(incoming).then(
      ({ statusCode, headers, body }) => outgoing.writeHead(statusCode, headers).end(body),
      (failure: unknown) => outgoing.writeHead(500).end(String(failure)),
    );
  });
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export const NOT_FOUND: HttpAnswer = { statusCode: 404, headers: {}, body: '' };

export async function readBytes(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

interface Match {
  readonly name: RouteName;
  readonly route: Route;
  readonly parameters: Record<string, string>;
}

/** Literal paths win over those with parameters, as in API Gateway. */
function matchRoute(method: string, path: string): Match | undefined {
  const given = path.split('/');
  const matches = Object.entries(routes).flatMap(([name, route]: [string, Route]): Match[] => {
    const wanted = route.path.split('/');
    if (route.method !== method || wanted.length !== given.length) return [];
    const parameters: Record<string, string> = {};
    for (const [index, part] of wanted.entries()) {
      const text = given[index] ?? '';
      if (part.startsWith('{')) parameters[part.slice(1, -1)] = decodeURIComponent(text);
      else if (part !== text) return [];
    }
    return [{ name: name as RouteName, route, parameters }];
  });
  return matches.toSorted((a, b) => Object.keys(a.parameters).length - Object.keys(b.parameters).length)[0];
}
