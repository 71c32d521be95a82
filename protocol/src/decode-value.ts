import * as z from 'zod/mini';
import { plainFit } from './plain-fit.ts';

/**
 * What the schema makes of a value that came as JSON: the value itself where the schema would only copy it, which is what happens to
 * all that is right. Objects have their fields in the order in which they came then.
 */
export function decodeValue<S extends z.core.$ZodType>(
  schema: S,
  value: unknown,
): z.core.util.SafeParseResult<z.output<S>> {
  if (plainFit(schema)(value)) return { success: true, data: value as z.output<S> };
  return z.safeParse(schema, value);
}
