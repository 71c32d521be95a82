/** A schema of JSON Schema 2020-12, as far as the contract uses it. */
interface Schema {
  readonly [keyword: string]: unknown;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** `false` beside `prefixItems`: nothing follows those. */
  readonly items?: Schema | false;
  readonly prefixItems?: readonly Schema[];
}

interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly in?: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

interface Content {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}

interface AsyncApi {
  readonly channels: {
    readonly socket: {
      readonly description: string;
      readonly messages: Readonly<Record<string, { readonly payload: Schema }>>;
    };
  };
}

interface Route {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

/**
 * The contract as one page that a browser shows without asking for anything else: no script, font, style or image from elsewhere, and every
 * reference leads to a place on it.
 */
export function referencePage(documents: { readonly openapi: unknown; readonly asyncapi: unknown }): string {
  const openapi = documents.openapi as OpenApi;
  const { socket } = (documents.asyncapi as AsyncApi).channels;
  const { title, version, description } = openapi.info;
  const routes: readonly Route[] = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const groups = Map.groupBy(routes, ({ path }) => path.split('/')[2] ?? '');
  const name = `${title}, API ${version}`;
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${text(name)}</title><style>${STYLE}</style></head><body>`,
    `<nav aria-label="Contents">${[...groups].map(([group, those]) => navigationOf(group, those)).join('')}`,
    '<h2>Socket</h2><ul><li><a href="#socket">messages</a></li></ul></nav>',
    `<main><h1>${text(name)}</h1><p>${text(description)}</p>`,
    ...[...groups].map(
      ([group, those]) => `<h2>${text(group)}</h2>${those.map((route) => section(openapi, route)).join('')}`,
    ),
    `<h2 id="socket">Socket</h2><p>${text(socket.description)}</p>`,
    ...Object.entries(socket.messages).map(
      ([message, { payload }]) => `<section><h3><code>${text(message)}</code></h3>${shape(payload)}</section>`,
    ),
    '<h2>Shapes</h2>',
    ...Object.entries(openapi.components.schemas).map(
      ([schema, value]) => `<section id="${schemaId(schema)}"><h3>${text(schema)}</h3>${shape(value)}</section>`,
    ),
    '</main></body></html>\n',
  ].join('\n');
}

function navigationOf(group: string, routes: readonly Route[]): string {
  const items = routes.map(
    ({ operation: { operationId } }) => `<li><a href="#${text(operationId)}">${text(operationId)}</a></li>`,
  );
  return `<h2>${text(group)}</h2><ul>${items.join('')}</ul>`;
}

function section(openapi: OpenApi, { path, method, operation }: Route): string {
  const { operationId, summary, security = [], parameters = [], requestBody, responses } = operation;
  const known = parameters.map((parameter) => {
    const name = parameter.$ref?.split('/').at(-1);
    return name === undefined ? parameter : (openapi.components.parameters[name] ?? parameter);
  });
  const needs = security.flatMap((one) => Object.keys(one));
  const answer = responses['200'];
  return [
    `<section id="${text(operationId)}"><h3><code>${method} ${text(path)}</code> ${text(operationId)}</h3>`,
    `<p>${text(summary ?? '')}</p>`,
    `<p class="note">Needs ${needs.length === 0 ? 'no account' : text(needs.join(', '))}.</p>`,
    known.length === 0 ? '' : `<h4>Parameters</h4><table>${known.map(parameterRow).join('')}</table>`,
    requestBody === undefined ? '' : `<h4>Body</h4>${contentOf(requestBody)}`,
    answer === undefined ? '' : `<h4>Answer</h4>${contentOf(answer)}`,
    '</section>',
  ].join('');
}

function parameterRow({ name = '', in: place = '', required, description = '', schema = {} }: Parameter): string {
  const when = required === true ? '' : ' <em>optional</em>';
  return `<tr><td><code>${text(name)}</code>${when}</td><td>${text(place)}</td><td>${line(schema)} ${text(description)}</td></tr>`;
}

function contentOf({ content = {}, description = '' }: Content): string {
  const kinds = Object.entries(content);
  if (kinds.length === 0) return `<p>${text(description)}</p>`;
  return kinds.map(([kind, { schema = {} }]) => `<p class="note">${text(kind)}</p>${shape(schema)}`).join('');
}

/** An object as a table of its fields; anything else in a line. */
function shape(schema: Schema): string {
  const alternatives = alternativesOf(schema);
  if (alternatives !== undefined) {
    return `<p>One of:</p><ul>${alternatives.map((one) => `<li>${shape(one)}</li>`).join('')}</ul>`;
  }
  const { properties, required = [] } = schema;
  if (properties === undefined) return `<p>${line(schema)}</p>`;
  const rows = Object.entries(properties).map(([name, value]) => {
    const when = required.includes(name) ? '' : ' <em>optional</em>';
    return `<tr><td><code>${text(name)}</code>${when}</td><td>${inside(value)}</td></tr>`;
  });
  return `<table>${rows.join('')}</table>`;
}

function isSimple(schema: Schema): boolean {
  return schema.properties === undefined && alternativesOf(schema) === undefined;
}

function alternativesOf(schema: Schema): readonly Schema[] | undefined {
  return (schema['oneOf'] ?? schema['anyOf']) as readonly Schema[] | undefined;
}

/** What a value is, with all that bounds it. */
function line(schema: Schema): string {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = reference.split('/').at(-1) ?? '';
    return `<a href="#${schemaId(name)}">${text(name)}</a>`;
  }
  const { items, prefixItems } = schema;
  if (prefixItems !== undefined) return `list of ${prefixItems.map((one) => inside(one)).join(', then ')}`;
  if (items !== undefined && items !== false) return `list of ${inside(items)}${bounds(schema)}`;
  if ('const' in schema) return `<code>${text(JSON.stringify(schema['const']))}</code>`;
  const choices = schema['enum'];
  if (Array.isArray(choices)) return choices.map((one) => `<code>${text(JSON.stringify(one))}</code>`).join(', ');
  return `${text(schema.type ?? 'anything')}${bounds(schema)}`;
}

function inside(schema: Schema): string {
  return isSimple(schema) ? line(schema) : shape(schema);
}

const BOUNDS = [
  ['format', ''],
  ['minimum', 'from '],
  ['maximum', 'to '],
  ['minLength', 'at least characters: '],
  ['maxLength', 'at most characters: '],
  ['minItems', 'at least '],
  ['maxItems', 'at most '],
  ['pattern', 'like '],
] as const;

/** A whole number has these bounds where the contract names none. */
const UNBOUNDED: ReadonlySet<unknown> = new Set([Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);

function bounds(schema: Schema): string {
  const said = BOUNDS.flatMap(([keyword, words]) => {
    const value = schema[keyword];
    return value === undefined || UNBOUNDED.has(value)
      ? []
      : [`${words}<code>${text(typeof value === 'string' ? value : JSON.stringify(value))}</code>`];
  });
  return said.length === 0 ? '' : ` <span class="note">${said.join(', ')}</span>`;
}

function schemaId(name: string): string {
  return `shape-${text(name)}`;
}

function text(value: string): string {
  const escaped: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return value.replaceAll(/[&<>"']/g, (sign) => escaped[sign] ?? sign);
}

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; display: grid; grid-template-columns: 16rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem; box-sizing: border-box; border-right: 1px solid var(--line); }
nav h2 { font-size: 1rem; margin: 1rem 0 0; } nav ul { list-style: none; margin: 0; padding: 0; font-size: .875rem; }
main { padding: 1rem 2rem 4rem; max-width: 70rem; } section { border-top: 1px solid var(--line); padding: .5rem 0; }
table { border-collapse: collapse; margin: .25rem 0; } td { border: 1px solid var(--line); padding: .25rem .5rem; vertical-align: top; }
code { font-size: .875rem; overflow-wrap: anywhere; } .note, em { opacity: .75; font-size: .875rem; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; } main { padding: 1rem; } }
`;
