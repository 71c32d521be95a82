import type * as z from 'zod/mini';
import { CommandError } from './command-error.ts';
import { quote } from './escape-text.ts';

/** Of a text that is too long its beginning is told, of so many characters. */
const CHARS_TOLD = 40;

interface TextRule {
  /** As a message calls it. */
  readonly what: string;
  readonly schema: z.ZodMiniType<string>;
  readonly charsMax: number;
}

/** What a person calls something, as the service takes it. @throws CommandError that says what is wrong with it. */
export function parseText(given: string, { what, schema, charsMax }: TextRule): string {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { length } = given.trim();
  const told = length > charsMax ? `${given.slice(0, CHARS_TOLD)}…` : given;
  throw new CommandError({
    reason: 'usage',
    code: 'bad_text',
    message: `The ${what} ${quote(told)} cannot be used: ${defectOf(length, charsMax)}.`,
    remedy: `Give one that has from 1 to ${charsMax} characters and no line breaks.`,
  });
}

function defectOf(length: number, charsMax: number): string {
  if (length === 0) return 'it is empty';
  if (length > charsMax) return `it has ${length} characters`;
  return 'it has a line break or another character that cannot stand in it';
}
