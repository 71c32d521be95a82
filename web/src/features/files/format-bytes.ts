import { keepFormats } from './kept-formats.ts';

const keptNumbers = keepFormats<Intl.NumberFormat>();
const UNITS = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A size as people say it, with three digits at most: `0 bytes`, `12.3 kB`, `4 GB`. One kB is 1,000 bytes, as file managers count. */
export function formatBytes(bytes: number, language: string): string {
  let value = bytes;
  let unit: 'byte' | (typeof UNITS)[number] = 'byte';
  for (const larger of UNITS) {
    // What would be rounded to 1000 of a unit is 1 of the next.
    if (value < 999.5) break;
    value /= 1000;
    unit = larger;
  }
  const digits = unit === 'byte' || value >= 99.95 ? 0 : 1;
  const format = keptNumbers(`${language} ${unit} ${digits}`, () => {
    const unitDisplay = unit === 'byte' ? 'long' : 'short';
    return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay, maximumFractionDigits: digits });
  });
  return format.format(value);
}
