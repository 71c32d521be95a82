import { CommandError } from './command-error.ts';
import { quote } from './escape-text.ts';

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 7 * 86_400 };

/** Seconds of a duration such as `30m`, `12h`, `7d` or `4w`. @throws CommandError for what is none. */
export function parseDuration(given: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})([mhdw])$/.exec(given) ?? [];
  const seconds = Number(number) * (UNIT_SECONDS[unit] ?? 0);
  if (seconds > 0) return seconds;
  throw new CommandError({
    reason: 'usage',
    code: 'bad_duration',
    message: `${quote(given)} is no duration.`,
    remedy: 'Write it such as 30m, 12h, 7d or 4w.',
  });
}

/** @throws CommandError for what is no whole number above 0. */
export function parseCount(given: string): number {
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new CommandError({
    reason: 'usage',
    code: 'bad_number',
    message: `${quote(given)} is no whole number above 0.`,
  });
}
