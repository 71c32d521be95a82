import { readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import * as contract from '../src/index.ts';

/** What a program may read of a schema in both documents. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const sources = new URL('../src/', import.meta.url);

/** Every exported schema that travels in a body or a message, by its name, with nested ones as references. */
export function schemaComponents(): Readonly<Record<string, JsonSchema>> {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries(contract)) {
    if (schema instanceof z.core.$ZodType && !isRequestPart(name)) registry.add(schema, { id: name });
  }
  const { schemas } = z.toJSONSchema(registry, { io: 'input', unrepresentable: 'any', uri: (id) => reference(id) });
  const documented = sourceDescriptions();
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _schema, $id: _id, ...schema }]) => {
      const description = documented.get(name);
      return [name, description === undefined ? schema : { description, ...schema }];
    }),
  );
}

/** Query strings and path parameters are listed with their route, field by field. */
function isRequestPart(name: string): boolean {
  return name.endsWith('Query') || name.endsWith('Parameters');
}

/** Where a schema stands in both documents. */
export function reference(name: string): string {
  return `#/components/schemas/${name}`;
}

/** A reference to an exported schema, or the schema itself when it has no name. */
export function schemaOf(schema: z.core.$ZodType): JsonSchema {
  const [name] = Object.entries(contract).find(([, exported]) => exported === schema) ?? [];
  return name === undefined ? inlineSchema(schema, 'input') : { $ref: reference(name) };
}

/** A schema in one piece. `output` shows a number in a query string as the number that it means. */
export function inlineSchema(schema: z.core.$ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _schema, ...plain } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  return plain;
}

/** The doc comments of exported schemas: the reference says what the source says. */
function sourceDescriptions(): ReadonlyMap<string, string> {
  const descriptions = new Map<string, string>();
  for (const file of readdirSync(sources).filter((name) => name.endsWith('.ts'))) {
    const source = readFileSync(new URL(file, sources), 'utf8');
    for (const [, comment, name] of source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const (\w+) =/g)) {
      if (comment !== undefined && name !== undefined) descriptions.set(name, plainText(comment));
    }
  }
  return descriptions;
}

function plainText(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*?\s?/, '').trimEnd())
    .join('\n')
    .trim();
}
