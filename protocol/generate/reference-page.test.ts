import { expect, test } from '@jest/globals';
import { routes, ServerMessage } from '../src/index.ts';
import { asyncapiDocument } from './asyncapi-document.ts';
import { openapiDocument } from './openapi-document.ts';
import { referencePage } from './reference-page.ts';

const page = referencePage({ openapi: openapiDocument(), asyncapi: asyncapiDocument() });
const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);

test('the page has every route and every message, with its method and path', () => {
  for (const [name, { method, path }] of Object.entries(routes)) {
    expect(page).toContain(`<section id="${name}"><h3><code>${method} ${path}</code> ${name}</h3>`);
    expect(page).toContain(`<a href="#${name}">`);
  }
  for (const { def } of ServerMessage.def.options) {
    expect(page).toContain(`<h3><code>${String(def.shape.type.def.values[0])}</code></h3>`);
  }
});

test('every link leads to a place on the page, and no two places have one name', () => {
  const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href);
  expect(links.length).toBeGreaterThan(Object.keys(routes).length);
  for (const href of links) expect([href, ids.includes(href.slice(1))]).toEqual([href, true]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the page asks for nothing from elsewhere, and runs nothing', () => {
  expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|base)\b|src=|@import|url\(|\son\w+=/i);
});

test('what a contract says is shown as text, whatever stands in it', () => {
  const evil = '<img src=x onerror="alert(1)">';
  const schema = { type: 'object', properties: { [evil]: { type: 'string', pattern: evil, enum: [evil] } } };
  const operation = { operationId: evil, summary: evil, responses: { 200: { description: evil } } };
  const openapi = {
    info: { title: evil, version: evil, description: evil },
    paths: { [`/v1/${evil}`]: { get: operation } },
    components: { schemas: { [evil]: schema }, parameters: {} },
  };
  const shown = referencePage({ openapi, asyncapi: asyncapiDocument() });
  expect(shown).not.toContain('<img');
  expect(shown).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;');
});

test('fields say what bounds them, and which may be absent', () => {
  const openapi = {
    info: { title: 't', version: '1', description: 'd' },
    paths: {},
    components: {
      parameters: {},
      schemas: {
        Thing: {
          type: 'object',
          required: ['a'],
          properties: {
            a: { type: 'string', maxLength: 7 },
            b: { type: 'array', items: { type: 'integer' }, maxItems: 3 },
          },
        },
      },
    },
  };
  const shown = referencePage({ openapi, asyncapi: asyncapiDocument() });
  expect(shown).toContain('<td><code>a</code></td><td>string <span class="note">at most characters: <code>7</code>');
  expect(shown).toContain(
    '<td><code>b</code> <em>optional</em></td><td>list of integer <span class="note">at most <code>3</code>',
  );
});
