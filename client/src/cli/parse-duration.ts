import { InvalidArgumentError } from 'commander';

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 7 * 86_400 };

/** Seconds of a duration such as `30m`, `12h`, `7d` or `4w`. @throws InvalidArgumentError for what is none. */
export function parseDuration(given: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})([mhdw])$/.exec(given) ?? [];
  const seconds = Number(number) * (UNIT_SECONDS[unit] ?? 0);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('Write it such as 30m, 12h, 7d or 4w.');
}
