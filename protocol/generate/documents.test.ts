import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { PROTOCOL_VERSION, routes, ServerMessage } from '../src/index.ts';
import { asyncapiDocument } from './asyncapi-document.ts';
import { documents, documentText, documentUrl } from './documents.ts';
import { openapiDocument } from './openapi-document.ts';

test.each(documents)('$name is what the contract says now; "npm run generate" writes it', (document) => {
  expect(readFileSync(documentUrl(document), 'utf8')).toBe(documentText(document));
});

test('the OpenAPI document is valid', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(openapiDocument()));
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
});

test('the OpenAPI document has every route under its name, and no reference leads nowhere', () => {
  const document = openapiDocument();
  const paths = document['paths'] as Record<string, Record<string, { operationId: string }>>;
  for (const [name, { method, path }] of Object.entries(routes)) {
    expect(paths[path]?.[method.toLowerCase()]?.operationId).toBe(name);
  }
  for (const pointer of referencesIn(document)) expect([pointer, resolves(document, pointer)]).toEqual([pointer, true]);
});

test('path parameters of the OpenAPI document are those that the paths name', () => {
  for (const { path, ...route } of Object.values(routes)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = 'parameters' in route ? Object.keys(route.parameters.def.shape) : [];
    expect(declared).toEqual(named);
  }
});

test('the AsyncAPI document has every message, and no reference leads nowhere', () => {
  const document = asyncapiDocument();
  expect(document['info']).toMatchObject({ version: String(PROTOCOL_VERSION) });
  const { socket } = document['channels'] as { socket: { messages: Record<string, unknown> } };
  const types = ServerMessage.def.options.map((option) => String(option.def.shape.type.def.values[0]));
  expect(Object.keys(socket.messages).toSorted()).toEqual([...types, 'ping'].toSorted());
  for (const pointer of referencesIn(document)) expect([pointer, resolves(document, pointer)]).toEqual([pointer, true]);
});

function referencesIn(document: unknown): readonly string[] {
  return [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, pointer]) => pointer ?? '');
}

function resolves(document: unknown, pointer: string): boolean {
  let place = document;
  for (const key of pointer.slice(2).split('/')) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    place = (place as Record<string, unknown> | undefined)?.[name];
  }
  return place !== undefined;
}
