import { ClientMessage, PROTOCOL_VERSION, ServerMessage } from '../src/index.ts';
import { inlineSchema, type JsonSchema } from './schema-components.ts';

type Json = Readonly<Record<string, unknown>>;

/** The WebSocket as AsyncAPI 3.0, from the service's side: it sends hints and receives pings. */
export function asyncapiDocument(): Json {
  const sent = messages(
    ServerMessage.def.options.map((option) => inlineSchema(option, 'input')),
    'type',
  );
  const received = messages([inlineSchema(ClientMessage, 'input')], 'action');
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Syncline socket',
      version: String(PROTOCOL_VERSION),
      description:
        'Every message is a hint: duplicates, losses and reordering are harmless, because devices converge by the delta.',
      license: { name: 'Apache-2.0' },
    },
    channels: {
      socket: {
        address: null,
        description: 'The address with its single-use ticket comes from POST /v1/socket.',
        messages: { ...sent, ...received },
      },
    },
    operations: {
      hint: { action: 'send', channel: { $ref: '#/channels/socket' }, messages: references(sent) },
      keepAlive: { action: 'receive', channel: { $ref: '#/channels/socket' }, messages: references(received) },
    },
  };
}

/** Names each message by the constant that tells it from the others. */
function messages(schemas: readonly JsonSchema[], discriminator: string): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    schemas.map((payload) => {
      const properties = payload['properties'] as Readonly<Record<string, { readonly const?: string }>>;
      const name = properties[discriminator]?.const ?? discriminator;
      return [name, { name, contentType: 'application/json', payload }];
    }),
  );
}

function references(named: Readonly<Record<string, Json>>): readonly Json[] {
  return Object.keys(named).map((name) => ({ $ref: `#/channels/socket/messages/${name}` }));
}
