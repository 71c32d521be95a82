import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Route, type RouteName, routes } from '@syncline/protocol';
import type { ApiEvent, ApiResult } from '../lambdas/runtime/api-event.ts';

type Handler = (event: ApiEvent) => Promise<ApiResult>;

/** Which function serves which routes; the same table that deploys them. */
type FunctionRoutes = Readonly<Record<string, { readonly routes: readonly RouteName[] }>>;

/** Who every request comes from: the bench measures one account at a time. */
export interface BenchCaller {
  readonly issuer: string;
  readonly subject: string;
}

/**
 * Runs the real handlers in this process behind HTTP, so that the calls they make can be counted. The environment must name
 * their tables before this is called: a handler reads it when it is loaded, as in Lambda.
 */
export async function startLocalService(functions: FunctionRoutes, caller: BenchCaller): Promise<LocalService> {
  const handlers = new Map<RouteName, Handler>();
  for (const [name, { routes: served }] of Object.entries(functions)) {
    if (served.length === 0) continue;
    const { handler } = (await import(`../lambdas/${name}.lambda.ts`)) as { readonly handler: Handler };
    for (const route of served) handlers.set(route, handler);
  }
  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://localhost');
      const match = matchRoute(incoming.method ?? '', url.pathname);
      const handler = match === undefined ? undefined : handlers.get(match.name);
      if (match === undefined || handler === undefined) {
        outgoing.writeHead(404).end();
        return;
      }
      const query = Object.fromEntries(url.searchParams);
      const body = Buffer.concat(parts).toString();
      const event: ApiEvent = {
        routeKey: `${match.route.method} ${match.route.path}`,
        headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
        requestContext: {
          requestId: 'bench',
          authorizer: { jwt: { claims: { iss: caller.issuer, sub: caller.subject, token_use: 'access' } } },
        },
        pathParameters: match.parameters,
        queryStringParameters: query,
        ...(body === '' ? {} : { body }),
      };
      handler(event).then(
        (result) => outgoing.writeHead(result.statusCode, result.headers).end(result.body),
        (failure: unknown) => outgoing.writeHead(500).end(String(failure)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new LocalService(server);
}

export class LocalService {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
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
