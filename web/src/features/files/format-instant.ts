import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, parseInstant } from '@syncline/protocol';
import { keepFormats } from './kept-formats.ts';

const keptDate = keepFormats<Intl.DateTimeFormat>();
const keptRelative = keepFormats<Intl.RelativeTimeFormat>();
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
    const relative = keptRelative(language, () => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }));
    const unit = NEAR.find(([, ms]) => ago >= ms);
    return unit === undefined ? relative.format(0, 'second') : relative.format(-Math.floor(ago / unit[1]), unit[0]);
  }
  return dateFormat(language, { dateStyle: 'medium' }).format(at);
}

/** The day and the minute. */
export function formatExactly(instant: string, language: string): string {
  return dateFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(parseInstant(instant));
}

function dateFormat(
  language: string,
  style: Pick<Intl.DateTimeFormatOptions, 'dateStyle' | 'timeStyle'>,
): Intl.DateTimeFormat {
  const key = `${language} ${style.dateStyle} ${style.timeStyle}`;
  return keptDate(key, () => new Intl.DateTimeFormat(language, style));
}
