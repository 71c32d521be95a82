import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { decodeValue } from './decode-value.ts';
import { plainFit } from './plain-fit.ts';
import { type Route, routes } from './routes.ts';

const SCHEMAS = Object.entries(routes).flatMap(([name, route]: [string, Route]) => {
  const { parameters, query, body } = route;
  const response = 'response' in route ? route.response : undefined;
  return Object.entries({ parameters, query, body, response }).flatMap(([part, schema]) =>
    schema === undefined ? [] : [{ name: `${part} of ${name}`, schema }],
  );
});

/** Values that a schema accepts for the most part: what it has beside types, patterns and bounds is left to chance. */
function valuesOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'string':
      return textsOf(def);
    case 'number': {
      const { minimum: min = -1000, maximum: max = 1_000_000 } = schema._zod.bag as {
        minimum?: number;
        maximum?: number;
      };
      return fc.integer({ min: Math.max(min, -1000), max: Math.max(Math.min(max, 1_000_000), min) });
    }
    case 'boolean':
      return fc.boolean();
    case 'literal':
      return fc.constantFrom(...def.values);
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries));
    case 'optional':
    case 'default':
      return fc.option(valuesOf(def.innerType), { nil: undefined });
    case 'array':
      return fc.array(valuesOf(def.element), { maxLength: 4 });
    case 'tuple':
      return fc.tuple(...def.items.map(valuesOf));
    case 'record':
      return fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        valuesOf(def.valueType),
        { maxKeys: 3, noNullPrototype: true },
      );
    case 'object':
      return fc
        .record(Object.fromEntries(Object.entries(def.shape).map(([key, field]) => [key, valuesOf(field)])), {
          noNullPrototype: true,
        })
        .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== undefined)));
    case 'union':
      return fc.oneof(...def.options.map(valuesOf));
    case 'pipe':
      return fc.oneof(fc.nat(999).map(String), valuesOf(def.in));
    default:
      return fc.jsonValue();
  }
}

function textsOf(def: z.core.$ZodStringDef | z.core.$ZodStringFormatDef): fc.Arbitrary<string> {
  if ('format' in def && def.format === 'datetime') {
    const [min, max] = [new Date('1970-01-01'), new Date('9999-01-01')];
    return fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString());
  }
  for (const check of def.checks ?? []) {
    const rule = (check as z.core.$ZodChecks)._zod.def;
    // Of all characters with a property none can be drawn.
    if (rule.check === 'string_format' && 'pattern' in rule && rule.pattern?.source.includes('\\p{') === false) {
      return fc.stringMatching(rule.pattern);
    }
  }
  return fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
}

/** Puts something else in one place of a value: another value, another type, a field more, a field less. */
function spoiled(
  value: unknown,
  { at, put, how }: { at: number; put: unknown; how: 'set' | 'add' | 'remove' },
): unknown {
  const copy = structuredClone(value);
  const places: (() => void)[] = [];
  const visit = (one: unknown): void => {
    if (typeof one !== 'object' || one === null) return;
    const fields = one as Record<string, unknown>;
    if (how === 'add') places.push(() => Object.defineProperty(fields, 'also', { value: put, enumerable: true }));
    for (const key of Object.keys(fields)) {
      if (how === 'set') places.push(() => Object.assign(fields, { [key]: put }));
      if (how === 'remove') places.push(() => Reflect.deleteProperty(fields, key));
      visit(fields[key]);
    }
  };
  visit(copy);
  if (places.length === 0) return put;
  places[at % places.length]?.();
  return copy;
}

const spoiling = fc.record({
  at: fc.nat(60),
  how: fc.constantFrom('set', 'add', 'remove'),
  put: fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom('', '..', 'a/b', -1, 0, 0.5, 2 ** 60, '2026-02-30T00:00:00Z', 'A'.repeat(64), 'f'.repeat(64)),
  ),
});

test.each(SCHEMAS)('what fits plainly the schema gives back as it is: $name', ({ schema }) => {
  const fits = plainFit(schema);
  fc.assert(
    fc.property(valuesOf(schema), fc.option(spoiling), (whole, spoil) => {
      const value = spoil === null ? whole : spoiled(whole, spoil);
      const parsed = z.safeParse(schema, value);
      if (fits(value)) expect(parsed).toEqual({ success: true, data: value });
      const decoded = decodeValue(schema, value);
      expect(decoded.success).toBe(parsed.success);
      expect(decoded.data).toEqual(parsed.data);
    }),
  );
});

const BUSY = new Set([
  'body of initiateUploads',
  'response of initiateUploads',
  'response of checkChunks',
  'body of openPack',
  'body of confirmPack',
  'response of commit',
  'response of listChanges',
  'response of listTree',
  'response of readContents',
]);

test.each(SCHEMAS.filter(({ name }) => BUSY.has(name)))('all that is right in it fits plainly: $name', ({ schema }) => {
  const fits = plainFit(schema);
  let accepted = 0;
  fc.assert(
    fc.property(valuesOf(schema), (value) => {
      if (!z.safeParse(schema, value).success) return;
      accepted += 1;
      expect(fits(value)).toBe(true);
    }),
  );
  expect(accepted).toBeGreaterThan(10);
});

test('an object with fields that the schema would take away does not fit', () => {
  const schema = z.object({ name: z.string() });
  expect(plainFit(schema)({ name: 'a' })).toBe(true);
  expect(plainFit(schema)({ name: 'a', more: 1 })).toBe(false);
  expect(decodeValue(schema, { name: 'a', more: 1 })).toMatchObject({ success: true, data: { name: 'a' } });
});

test('what a schema changes does not fit, and comes changed', () => {
  const schema = z.strictObject({ size: z.pipe(z.string(), z.transform(Number)), way: z._default(z.string(), 'up') });
  expect(plainFit(schema)({ size: '7', way: 'up' })).toBe(false);
  expect(decodeValue(schema, { size: '7' })).toMatchObject({ success: true, data: { size: 7, way: 'up' } });
  expect(decodeValue(schema, { size: 7 }).success).toBe(false);
});

test('a field that is named as the prototype of objects is no field', () => {
  const value: unknown = JSON.parse('{"a":"x","__proto__":"y"}');
  expect(plainFit(z.strictObject({ a: z.string() }))(value)).toBe(false);
  expect(plainFit(z.record(z.string(), z.string()))(value)).toBe(false);
});
