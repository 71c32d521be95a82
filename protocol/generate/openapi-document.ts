import type * as z from 'zod/mini';
import { ERRORS, PROTOCOL_VERSION, type Route, routes } from '../src/index.ts';
import { inlineSchema, type JsonSchema, reference, schemaComponents, schemaOf } from './schema-components.ts';

type Json = Readonly<Record<string, unknown>>;

const DEVICE_HEADER = 'DeviceIdHeader';
const PASSWORD_HEADER = 'LinkPasswordHeader';

/** The HTTP API as OpenAPI 3.1, made from the route table alone. */
export function openapiDocument(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Syncline',
      version: String(PROTOCOL_VERSION),
      summary: 'File sync and storage in your own AWS account.',
      description:
        'Rules, orders and invariants stand in PROTOCOL.md. Bytes of files go straight to and from the store, but for downloads by links.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '{apiUrl}', variables: { apiUrl: { default: 'https://api.example.com' } } }],
    paths,
    components: {
      schemas: schemaComponents(),
      parameters: {
        [DEVICE_HEADER]: {
          name: 'X-Device-Id',
          in: 'header',
          required: true,
          description: 'A registered device of the account.',
          schema: { $ref: reference('DeviceId') },
        },
        [PASSWORD_HEADER]: {
          name: 'X-Link-Password',
          in: 'header',
          required: false,
          description: 'The password of the link, if it has one.',
          schema: { type: 'string' },
        },
      },
      responses: { Problem: problemResponse() },
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token.' },
      },
    },
  };
}

function operation(name: string, route: Route): Json {
  const parameters = [
    ...(route.access === 'device' ? [{ $ref: `#/components/parameters/${DEVICE_HEADER}` }] : []),
    ...(route.access === 'link' ? [{ $ref: `#/components/parameters/${PASSWORD_HEADER}` }] : []),
    ...fields(route.parameters, 'path'),
    ...fields(route.query, 'query'),
  ];
  return {
    operationId: name,
    summary: route.summary,
    security: route.access === 'public' || route.access === 'link' ? [] : [{ accessToken: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: jsonContent(route.body) } }),
    responses: {
      ...(route.answer === 'download'
        ? downloadResponses()
        : { 200: { description: route.summary, content: jsonContent(route.response) } }),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function fields(schema: z.core.$ZodType | undefined, place: 'path' | 'query'): readonly Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = inlineSchema(schema, 'output') as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, field]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: field,
  }));
}

function downloadResponses(): Json {
  const content = { 'application/octet-stream': {} };
  return {
    200: { description: 'The bytes.', content },
    206: { description: 'The range of the bytes that was asked for.', content },
    302: { description: 'Where the bytes are.', headers: { Location: { schema: { type: 'string' } } } },
    416: { description: 'There are no bytes in the range that was asked for.' },
  };
}

function jsonContent(schema: z.core.$ZodType): Json {
  return { 'application/json': { schema: schemaOf(schema) } };
}

function problemResponse(): Json {
  const lines = Object.entries(ERRORS).map(([code, { status, remedy }]) => `- ${status} \`${code}\`: ${remedy}`);
  return {
    description: `A refusal with its closed code and the remedy that a client follows.\n\n${lines.join('\n')}`,
    content: { 'application/problem+json': { schema: { $ref: reference('Problem') } } },
  };
}
