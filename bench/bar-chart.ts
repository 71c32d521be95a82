import { escapeText, text } from './svg-text.ts';

/** One bar: what it is of, how long it is, and what is written at its end. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly isOurs: boolean;
}

export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

export interface BarChart {
  readonly title: string;
  /** What the length means, and whether long or short is good: `files/s, more is better`. */
  readonly subtitle: string;
  readonly unit: string;
  /** A logarithmic scale, for values that differ by more than a hundred times. */
  readonly isLogarithmic: boolean;
  readonly groups: readonly BarGroup[];
  /** Where the figures are from. */
  readonly source: string;
}

const WIDTH = 760;
const LABEL_WIDTH = 250;
const VALUE_WIDTH = 110;
const BAR_HEIGHT = 18;
const BAR_STEP = 24;
const GROUP_TITLE_HEIGHT = 30;
const HEAD_HEIGHT = 58;
const FOOT_HEIGHT = 34;
const DECADE = 10;

/** A chart of horizontal bars as SVG, the same for the same figures to the character. Readable on light and dark pages. */
export function drawBarChart(chart: BarChart): string {
  const values = chart.groups.flatMap(({ bars }) => bars.map(({ value }) => value)).filter((value) => value > 0);
  const scale = chart.isLogarithmic ? logarithmic(values) : linear(values);
  const lines: string[] = [];
  let y = HEAD_HEIGHT;
  for (const { title, bars } of chart.groups) {
    y += GROUP_TITLE_HEIGHT;
    lines.push(text({ x: 12, y: y - 10, size: 13, weight: 600 }, title));
    for (const bar of bars) {
      lines.push(...drawBar(bar, { y, width: scale(bar.value), unit: chart.unit }));
      y += BAR_STEP;
    }
  }
  const height = y + FOOT_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, sans-serif">`,
    `<title>${escapeText(chart.title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff" stroke="#d0d7de"/>`,
    text({ x: 12, y: 26, size: 16, weight: 600 }, chart.title),
    text(
      { x: 12, y: 46, size: 12, weight: 400 },
      chart.isLogarithmic ? `${chart.subtitle}; logarithmic` : chart.subtitle,
    ),
    ...lines,
    text({ x: 12, y: height - 12, size: 11, weight: 400 }, chart.source),
    '</svg>',
    '',
  ].join('\n');
}

/** Three digits, and whole numbers from a hundred on. */
export function formatValue(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

function drawBar(
  { label, value, isOurs }: Bar,
  { y, width, unit }: { readonly y: number; readonly width: number; readonly unit: string },
): readonly string[] {
  const middle = y + BAR_HEIGHT - 5;
  return [
    text({ x: 24, y: middle, size: 12, weight: isOurs ? 600 : 400 }, label),
    `<rect x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2" fill="${isOurs ? '#0969da' : '#afb8c1'}"/>`,
    text(
      { x: LABEL_WIDTH + Number(width.toFixed(1)) + 6, y: middle, size: 12, weight: isOurs ? 600 : 400 },
      `${formatValue(value)} ${unit}`,
    ),
  ];
}

type Scale = (value: number) => number;

const BAR_WIDTH_MAX = WIDTH - LABEL_WIDTH - VALUE_WIDTH;

function linear(values: readonly number[]): Scale {
  const most = Math.max(...values, Number.MIN_VALUE);
  return (value) => (BAR_WIDTH_MAX * Math.max(0, value)) / most;
}

/** Begins a decade below the least value, so that its bar is seen. */
function logarithmic(values: readonly number[]): Scale {
  const [least, most] = [Math.log10(Math.min(...values) / DECADE), Math.log10(Math.max(...values))];
  return (value) => (value <= 0 ? 0 : Math.max(0, (BAR_WIDTH_MAX * (Math.log10(value) - least)) / (most - least)));
}
