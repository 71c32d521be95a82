import type { RouteName } from '@syncline/protocol';
import { functions } from '../lib/functions.ts';
import { createAnsweringServer, listen, NOT_FOUND, type RouteHandler, readBytes, toApiEvent } from './http-api.ts';
import type { BenchCaller } from './local-service.ts';

/** Started by local-service.ts: serves all routes by the handlers that serve them in AWS, and tells its address. */
const caller = JSON.parse(process.argv[2] ?? '{}') as BenchCaller;
const claims = { iss: caller.issuer, sub: caller.subject, token_use: 'access', origin_jti: 'of this bench' };
process.once('disconnect', () => process.exit());
process.send?.(await serve(await loadHandlers()));

async function loadHandlers(): Promise<ReadonlyMap<RouteName, RouteHandler>> {
  const handlers = new Map<RouteName, RouteHandler>();
  for (const [name, { routes: served }] of Object.entries(functions)) {
    if (served.length === 0) continue;
    const { handler } = (await import(`../lambdas/${name}.lambda.ts`)) as { readonly handler: RouteHandler };
    for (const route of served) handlers.set(route, handler);
  }
  return handlers;
}

function serve(handlers: ReadonlyMap<RouteName, RouteHandler>): Promise<string> {
  const server = createAnsweringServer(async (incoming) => {
    const matched = toApiEvent(incoming, (await readBytes(incoming)).toString(), () => claims);
    const handler = matched === undefined ? undefined : handlers.get(matched.name);
    return matched === undefined || handler === undefined ? NOT_FOUND : handler(matched.event);
  });
  return listen(server);
}
