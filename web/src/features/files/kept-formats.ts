import { FORMATS_MAX } from './limits.ts';

/**
 * Keeps what formats dates and numbers: the browser makes one a thousand times slower than it formats a value, and a list has three in each row.
 * `make` decides alone what is made under a key. Of FORMATS_MAX the oldest goes.
 */
export function keepFormats<Format>(): (key: string, make: () => Format) => Format {
  const kept = new Map<string, Format>();
  return (key, make) => {
    const found = kept.get(key);
    if (found !== undefined) return found;
    const made = make();
    kept.set(key, made);
    for (const old of [...kept.keys()].slice(0, -FORMATS_MAX)) kept.delete(old);
    return made;
  };
}
