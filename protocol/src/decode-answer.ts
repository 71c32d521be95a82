import type * as z from 'zod/mini';
import { decodeValue } from './decode-value.ts';

/** Depths at which a newer service may have added members, of which each is found only when those above it are gone. */
const DEPTHS_MAX = 8;

/**
 * What the schema makes of an answer. Members that it does not know are left out, so that a service may add some before its clients know them; whatever
 * else does not fit is an error, as for `decodeValue`. Cost: nothing more for an answer that fits.
 */
export function decodeAnswer<S extends z.core.$ZodType>(
  schema: S,
  value: unknown,
): z.core.util.SafeParseResult<z.output<S>> {
  let decoded = decodeValue(schema, value);
  let rest = value;
  for (let depth = 0; depth < DEPTHS_MAX && decoded.error !== undefined; depth++) {
    const added = decoded.error.issues.filter((issue) => issue.code === 'unrecognized_keys');
    if (added.length === 0) break;
    for (const { path, keys } of added) rest = without(rest, path, keys);
    decoded = decodeValue(schema, rest);
  }
  return decoded;
}

/** A copy that lacks members of what stands at the path. */
function without(value: unknown, path: readonly PropertyKey[], keys: readonly string[]): unknown {
  const [step, ...further] = path;
  if (step === undefined) return Object.fromEntries(Object.entries(value ?? {}).filter(([key]) => !keys.includes(key)));
  const change = ([key, inner]: readonly [PropertyKey, unknown]) =>
    key === step ? without(inner, further, keys) : inner;
  if (Array.isArray(value)) return value.map((inner, index) => change([index, inner]));
  return Object.fromEntries(Object.entries(value ?? {}).map(([key, inner]) => [key, change([key, inner])]));
}
