import type * as z from 'zod/mini';
import { ERRORS, PROTOCOL_VERSION, type Route, routes } from '../src/index.ts';
import { inlineSchema, type JsonSchema, reference, schemaComponents, schemaOf } from './schema-components.ts';

type Json = Readonly<Record<string, unknown>>;

const DEVICE_HEADER = 'DeviceIdHeader';

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
      description: 'Rules, orders and invariants stand in PROTOCOL.md. No byte of a file passes through this API.',
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
    ...fields(route.parameters, 'path'),
    ...fields(route.query, 'query'),
  ];
  return {
    operationId: name,
    summary: route.summary,
    security: route.access === 'public' ? [] : [{ accessToken: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: jsonContent(route.body) } }),
    responses: {
      200: { description: route.summary, content: jsonContent(route.response) },
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
