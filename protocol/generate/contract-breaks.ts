/** A part of an OpenAPI document. */
type Schema = Readonly<Record<string, unknown>>;

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

/** By media type; bytes have no schema. */
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

/** Who writes a value by one schema, and who reads it by another one. */
interface Pair {
  readonly written: Schema;
  readonly read: Schema;
  readonly from: Document;
  readonly to: Document;
  /** Whether who reads refuses members that it does not know. The service does; clients leave them out. */
  readonly isStrict: boolean;
  /** References that are being compared further up. */
  readonly open: ReadonlySet<string>;
}

/**
 * What a client of the contract `older` could not do any more with a service of `newer`: each place where it may send what the service refuses, or
 * is answered what it cannot read. Empty when both fit together.
 */
export function contractBreaks(older: object, newer: object): readonly string[] {
  const [before, now] = [older as Document, newer as Document];
  return Object.entries(before.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => {
      const at = `${method.toUpperCase()} ${path}`;
      const kept = now.paths[path]?.[method];
      if (kept === undefined) return [`${at} is gone`];
      return [
        ...parameterBreaks(operation, kept, { before, now }).map((broken) => `${at}: ${broken}`),
        ...contentBreaks(operation.requestBody?.content, kept.requestBody?.content, request(before, now)).map(
          (broken) => `${at}: request${broken}`,
        ),
        ...contentBreaks(kept.responses['200']?.content, operation.responses['200']?.content, answer(before, now)).map(
          (broken) => `${at}: answer${broken}`,
        ),
      ];
    }),
  );
}

type Way = Pick<Pair, 'from' | 'to' | 'isStrict' | 'open'>;

function request(before: Document, now: Document): Way {
  return { from: before, to: now, isStrict: true, open: new Set() };
}

function answer(before: Document, now: Document): Way {
  return { from: now, to: before, isStrict: false, open: new Set() };
}

function parameterBreaks(
  older: Operation,
  newer: Operation,
  { before, now }: { before: Document; now: Document },
): readonly string[] {
  const named = (operation: Operation) =>
    new Map(
      (operation.parameters ?? []).flatMap((each) =>
        '$ref' in each ? [] : [[`${each.in} ${each.name}`, each] as const],
      ),
    );
  const [sent, known] = [named(older), named(newer)];
  const asked = [...known].filter(([key, { required }]) => required === true && sent.get(key)?.required !== true);
  const kept = [...sent].flatMap(([key, { schema }]) => {
    const found = known.get(key);
    if (found === undefined) return [`${key} is gone`];
    return pairBreaks({ ...request(before, now), written: schema, read: found.schema }).map(
      (broken) => `${key}${broken}`,
    );
  });
  return [...asked.map(([key]) => `${key} is needed now`), ...kept];
}

function contentBreaks(written: Content | undefined, read: Content | undefined, way: Way): readonly string[] {
  if (written === undefined && read === undefined) return [];
  return Object.entries(written ?? {}).flatMap(([type, { schema = {} }]) => {
    const other = read?.[type];
    if (other === undefined) return [` ${type} is not known`];
    return pairBreaks({ ...way, written: schema, read: other.schema ?? {} });
  });
}

/** Where what is written by one schema may not be readable by the other. */
function pairBreaks(pair: Pair): readonly string[] {
  const { written, read, from, to } = pair;
  const [target, reader] = [written['$ref'], read['$ref']];
  if (typeof target === 'string' || typeof reader === 'string') {
    const key = `${String(target)} ${String(reader)}`;
    if (pair.open.has(key)) return [];
    return pairBreaks({
      ...pair,
      written: resolve(from, written),
      read: resolve(to, read),
      open: new Set([...pair.open, key]),
    });
  }
  const forms = variantsOf(written);
  if (forms !== undefined) return forms.flatMap((form) => pairBreaks({ ...pair, written: form }));
  const readers = variantsOf(read);
  if (readers !== undefined) {
    const tries = readers.map((form) => pairBreaks({ ...pair, read: form })).toSorted((a, b) => a.length - b.length);
    return tries[0] ?? [' cannot be anything'];
  }
  return [...valueBreaks(written, read), ...memberBreaks(pair), ...elementBreaks(pair)];
}

function resolve(document: Document, schema: Schema): Schema {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return schema;
  return document.components.schemas[reference.slice(reference.lastIndexOf('/') + 1)] ?? {};
}

function variantsOf(schema: Schema): readonly Schema[] | undefined {
  return (schema['oneOf'] ?? schema['anyOf']) as readonly Schema[] | undefined;
}

function valueBreaks(written: Schema, read: Schema): readonly string[] {
  const values = constantsOf(read);
  const sent = constantsOf(written);
  const breaks: string[] = [];
  if (values !== undefined) {
    if (sent === undefined) breaks.push(' may be another value than those that are known');
    else
      breaks.push(
        ...sent
          .filter((value) => !values.includes(value))
          .map((value) => ` may be ${JSON.stringify(value)}, which is not known`),
      );
  }
  const [type, readable] = [written['type'], read['type']];
  if (readable !== undefined && type !== readable && !(type === 'integer' && readable === 'number'))
    breaks.push(` is ${JSON.stringify(type)} and no ${JSON.stringify(readable)}`);
  if (read['pattern'] !== undefined && sent === undefined && written['pattern'] !== read['pattern'])
    breaks.push(' has another pattern');
  for (const bound of ['minimum', 'minLength', 'minItems'] as const)
    if (sent === undefined && edge(written, bound, -Infinity) < edge(read, bound, -Infinity))
      breaks.push(` may be below the ${bound}`);
  for (const bound of ['maximum', 'maxLength', 'maxItems'] as const)
    if (sent === undefined && edge(written, bound, Infinity) > edge(read, bound, Infinity))
      breaks.push(` may be above the ${bound}`);
  return breaks;
}

function constantsOf(schema: Schema): readonly unknown[] | undefined {
  if ('const' in schema) return [schema['const']];
  return schema['enum'] as readonly unknown[] | undefined;
}

function edge(schema: Schema, bound: string, none: number): number {
  const value = schema[bound];
  return typeof value === 'number' ? value : none;
}

function memberBreaks(pair: Pair): readonly string[] {
  const { written, read, isStrict } = pair;
  const sent = (written['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const known = (read['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const always = (written['required'] ?? []) as readonly string[];
  const needed = (read['required'] ?? []) as readonly string[];
  const missing = needed
    .filter((name) => !always.includes(name))
    .map((name) => `.${name} may be missing, and is needed`);
  const inner = Object.entries(sent).flatMap(([name, schema]) => {
    const reader = known[name];
    if (reader !== undefined)
      return pairBreaks({ ...pair, written: schema, read: reader }).map((broken) => `.${name}${broken}`);
    return isStrict && read['additionalProperties'] === false ? [`.${name} is not known`] : [];
  });
  return [...missing, ...inner];
}

function elementBreaks(pair: Pair): readonly string[] {
  return ['items', 'additionalProperties', 'propertyNames'].flatMap((place) => {
    const [written, read] = [pair.written[place], pair.read[place]];
    if (!isSchema(written) || !isSchema(read)) return [];
    return pairBreaks({ ...pair, written, read }).map((broken) => `[]${broken}`);
  });
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}
