import { createHash } from 'node:crypto';
import { ClientMessage, ERRORS, OpId, type Route, routes, ServerMessage } from '../src/index.ts';
import { inlineSchema } from './schema-components.ts';

/** All that a program on the other side of the wire can notice, without a word of documentation. */
function wireContract(): unknown {
  return {
    routes: Object.entries<Route>(routes).map(([name, route]) => ({
      name,
      method: route.method,
      path: route.path,
      access: route.access,
      parameters: input(route.parameters),
      query: input(route.query),
      body: input(route.body),
      response: inlineSchema(route.response, 'output'),
    })),
    errors: ERRORS,
    opId: inlineSchema(OpId, 'input'),
    serverMessage: inlineSchema(ServerMessage, 'output'),
    clientMessage: inlineSchema(ClientMessage, 'input'),
  };
}

function input(schema: Route['body']): unknown {
  return schema === undefined ? null : inlineSchema(schema, 'input');
}

/** The first 16 hexadecimal digits of the SHA-256 of the wire contract. */
export function wireHash(): string {
  return createHash('sha256').update(JSON.stringify(wireContract())).digest('hex').slice(0, 16);
}
