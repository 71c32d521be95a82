import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Route, type RouteName, routes } from '@syncline/protocol';
import type { ApiEvent, ApiResult } from '../lambdas/runtime/api-event.ts';
import { functions } from '../lib/functions.ts';
import type { BenchCaller } from './local-service.ts';

type Handler = (event: ApiEvent) => Promise<ApiResult>;

/** Started by local-service.ts: serves all routes by the handlers that serve them in AWS, and tells its address. */
const caller = JSON.parse(process.argv[2] ?? '{}') as BenchCaller;
process.once('disconnect', () => process.exit());
process.send?.(await serve(await loadHandlers()));

async function loadHandlers(): Promise<ReadonlyMap<RouteName, Handler>> {
  const handlers = new Map<RouteName, Handler>();
  for (const [name, { routes: served }] of Object.entries(functions)) {
    if (served.length === 0) continue;
    const { handler } = (await import(`../lambdas/${name}.lambda.ts`)) as { readonly handler: Handler };
    for (const route of served) handlers.set(route, handler);
  }
  return handlers;
}

async function serve(handlers: ReadonlyMap<RouteName, Handler>): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    answer(incoming, handlers).then(
      ({ statusCode, headers, body }) => outgoing.writeHead(statusCode, headers).end(body),
      (failure: unknown) => outgoing.writeHead(500).end(String(failure)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(incoming: IncomingMessage, handlers: ReadonlyMap<RouteName, Handler>): Promise<ApiResult> {
  const body = await readText(incoming);
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const match = matchRoute(incoming.method ?? '', url.pathname);
  const handler = match === undefined ? undefined : handlers.get(match.name);
  if (match === undefined || handler === undefined) return { statusCode: 404, headers: {}, body: '' };
  return handler({
    routeKey: `${match.route.method} ${match.route.path}`,
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    requestContext: {
      requestId: 'bench',
      authorizer: { jwt: { claims: { iss: caller.issuer, sub: caller.subject, token_use: 'access' } } },
    },
    pathParameters: match.parameters,
    queryStringParameters: Object.fromEntries(url.searchParams),
    ...(body === '' ? {} : { body }),
  });
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
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
