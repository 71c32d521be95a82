export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Milliseconds since 1970-01-01 UTC. */
export type EpochMs = number & { readonly __unit: 'EpochMs' };

/** @throws RangeError when `value` is not a whole number of milliseconds in the range of `Date`. */
export function epochMs(value: number): EpochMs {
  if (!Number.isSafeInteger(value) || Math.abs(value) > 8.64e15) throw new RangeError(`not an instant: ${value}`);
  return value as EpochMs;
}

/** RFC 3339 UTC with milliseconds, as it stands on the wire. */
export function formatInstant(value: EpochMs): string {
  if (value !== lastFormatted.value) lastFormatted = { value, text: new Date(value).toISOString() };
  return lastFormatted.text;
}

/** What a request writes has one time, and it is written hundreds of times. */
let lastFormatted = { value: epochMs(0), text: new Date(0).toISOString() };

/** Precondition: `text` is an RFC 3339 instant, as every instant on the wire is. */
export function parseInstant(text: string): EpochMs {
  return epochMs(Date.parse(text));
}
