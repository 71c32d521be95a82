import { DAY_MS, epochMs, formatInstant, HOUR_MS, MINUTE_MS } from '@syncline/protocol';
import { InvalidArgumentError } from 'commander';

const UNITS = { min: MINUTE_MS, h: HOUR_MS, d: DAY_MS } as const;

/**
 * A point in time in the past as an instant: `2026-01-31T17:45:02Z`, `2026-01-31 17:45` in this computer's time zone, or how long ago, such as
 * `90min`, `2h`, `3d`. @throws InvalidArgumentError for anything else.
 */
export function parseMoment(text: string, now: number): string {
  const ago = /^(\d{1,6})(min|h|d)$/.exec(text);
  if (ago !== null) return formatInstant(epochMs(now - Number(ago[1]) * UNITS[ago[2] as keyof typeof UNITS]));
  const isDate = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text);
  // A date alone would be read as UTC, unlike one with a time.
  const time = isDate ? Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(time) || !isDayOfMonth(text)) {
    throw new InvalidArgumentError('Give a time such as "2026-01-31 17:45", or how long ago, such as 90min, 2h or 3d.');
  }
  if (time > now) throw new InvalidArgumentError('That time has not come yet.');
  return formatInstant(epochMs(time));
}

/** A day that a month does not have would be read as one of the next month. */
function isDayOfMonth(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
