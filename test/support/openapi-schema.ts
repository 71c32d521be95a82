import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';

/** The part of JSON Schema that the contract's document uses. Another keyword in it is an error of whoever reads it here. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema | false;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

/** A route as docs/openapi.json describes it. */
export interface DescribedRoute {
  readonly name: string;
  readonly key: string;
  readonly isOpen: boolean;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  /** By status; `default` is every refusal. */
  readonly answers: Readonly<Record<string, Content>>;
}

const described = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawRoute>>>>;
};

interface RawRoute {
  readonly operationId: string;
  readonly security: readonly unknown[];
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
}

/** Every route of the document. */
export const describedRoutes: readonly DescribedRoute[] = Object.entries(described.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, route]) => ({
    name: route.operationId,
    key: `${method.toUpperCase()} ${path}`,
    isOpen: route.security.length === 0,
    parameters: (route.parameters ?? []).map((parameter) => resolve(parameter) as Parameter),
    body: route.requestBody?.content?.['application/json']?.schema,
    answers: Object.fromEntries(Object.entries(route.responses).map(([status, one]) => [status, resolve(one)])),
  })),
);

/** What a reference of the document stands for; anything else as it is. */
export function resolve<T extends object>(value: T): T {
  if (!('$ref' in value) || typeof value.$ref !== 'string') return value;
  const path = value.$ref.replace('#/', '').split('/');
  const found = path.reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>>)[key], described);
  return resolve(found as T);
}

const patterns = new Map<string, RegExp>();

function matches(pattern: string, text: string): boolean {
  const known = patterns.get(pattern) ?? new RegExp(pattern, 'u');
  patterns.set(pattern, known);
  return known.test(text);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  z.safeParse(z.record(z.string(), z.unknown()), value).success;

/** Where a value is not as a schema says; nowhere, when the list is empty. */
export function defectsOf(schema: Schema, value: unknown, at = '$'): readonly string[] {
  const known = resolve(schema);
  const choices = known.anyOf ?? known.oneOf;
  if (choices !== undefined) {
    const fits = choices.filter((choice) => defectsOf(choice, value, at).length === 0);
    return fits.length > 0 ? [] : [`${at} is none of ${choices.length} choices`];
  }
  if (known.const !== undefined && value !== known.const) return [`${at} is not ${JSON.stringify(known.const)}`];
  if (known.enum !== undefined && !known.enum.includes(value)) return [`${at} is not one of the values`];
  switch (known.type) {
    case 'object':
      return isObject(value) ? objectDefects(known, value, at) : [`${at} is no object`];
    case 'array':
      return Array.isArray(value) ? arrayDefects(known, value, at) : [`${at} is no list`];
    case 'string':
      return typeof value === 'string' ? textDefects(known, value, at) : [`${at} is no text`];
    case 'integer':
    case 'number':
      return typeof value === 'number' ? numberDefects(known, value, at) : [`${at} is no number`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${at} is neither true nor false`];
    case 'null':
      return value === null ? [] : [`${at} is not null`];
    case undefined:
      return [];
    default:
      throw new Error(`unexpected type ${known.type}`);
  }
}

function objectDefects(schema: Schema, value: Readonly<Record<string, unknown>>, at: string): readonly string[] {
  const { properties = {}, required = [], additionalProperties: others = true } = schema;
  const absent = required.filter((name) => !(name in value)).map((name) => `${at}.${name} is not there`);
  const inner = Object.entries(value).flatMap(([name, one]): readonly string[] => {
    const own = properties[name];
    if (own !== undefined) return defectsOf(own, one, `${at}.${name}`);
    if (others === false) return [`${at}.${name} is not known`];
    return others === true ? [] : defectsOf(others, one, `${at}.${name}`);
  });
  return [...absent, ...inner];
}

function arrayDefects(schema: Schema, value: readonly unknown[], at: string): readonly string[] {
  const { prefixItems = [], items, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
  if (value.length < minItems || value.length > maxItems) return [`${at} has ${value.length} members`];
  return value.flatMap((one, index) => {
    const own = prefixItems[index] ?? items;
    if (own === false) return [`${at}.${index} is one too many`];
    return own === undefined ? [] : defectsOf(own, one, `${at}.${index}`);
  });
}

function textDefects({ pattern, minLength = 0, maxLength }: Schema, value: string, at: string): readonly string[] {
  if (value.length < minLength || value.length > (maxLength ?? value.length)) return [`${at} has another length`];
  return pattern === undefined || matches(pattern, value) ? [] : [`${at} does not match ${pattern}`];
}

function numberDefects({ type, minimum, maximum }: Schema, value: number, at: string): readonly string[] {
  if (type === 'integer' && !Number.isInteger(value)) return [`${at} is not whole`];
  return value < (minimum ?? value) || value > (maximum ?? value) ? [`${at} is out of its range`] : [];
}
