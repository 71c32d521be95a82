import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, parseInstant } from '@syncline/protocol';

const NEAR = [
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', MINUTE_MS],
] as const;

/** When something was, as people say it: `5 minutes ago` within a week, otherwise the day. */
export function formatInstant(instant: string, now: EpochMs, language: string): string {
  const at = parseInstant(instant);
  const ago = now - at;
  if (ago < 7 * DAY_MS && ago > -MINUTE_MS) {
    const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
    const unit = NEAR.find(([, ms]) => ago >= ms);
    return unit === undefined ? relative.format(0, 'second') : relative.format(-Math.floor(ago / unit[1]), unit[0]);
  }
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(at);
}

/** The day and the minute. */
export function formatExactly(instant: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(parseInstant(instant));
}
