import { escapeText, text } from './svg-text.ts';

export interface Line {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LineChart {
  readonly title: string;
  readonly xAxis: string;
  readonly yAxis: string;
  readonly lines: readonly Line[];
}

const [WIDTH, HEIGHT] = [760, 320];
const [LEFT, RIGHT, TOP, BOTTOM] = [70, 190, 48, 48];
const COLOURS = ['#0969da', '#cf222e', '#1a7f37', '#8250df'];
const TICKS = 4;

/** Lines over one axis of time as SVG, the same for the same points to the character. Readable on light and dark pages. */
export function drawLineChart({ title, xAxis, yAxis, lines }: LineChart): string {
  const points = lines.flatMap((line) => line.points);
  const [xMost, yMost] = [0, 1].map((axis) => niceMost(Math.max(...points.map((point) => point[axis] ?? 0))));
  const x = (value: number) => (LEFT + (value / (xMost ?? 1)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number) => (HEIGHT - BOTTOM - (value / (yMost ?? 1)) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const ticks = Array.from({ length: TICKS + 1 }, (_, index) => index / TICKS);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="system-ui, sans-serif">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" rx="8" fill="#ffffff" stroke="#d0d7de"/>`,
    text({ x: 12, y: 26, size: 16, weight: 600 }, title),
    ...ticks.flatMap((share) => {
      const [atX, atY] = [share * (xMost ?? 1), share * (yMost ?? 1)];
      return [
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(atY)}" y2="${y(atY)}" stroke="#eaeef2"/>`,
        text({ x: LEFT - 8, y: Number(y(atY)) + 4, size: 11, weight: 400, anchor: 'end' }, tickText(atY)),
        text({ x: Number(x(atX)), y: HEIGHT - BOTTOM + 16, size: 11, weight: 400, anchor: 'middle' }, tickText(atX)),
      ];
    }),
    text({ x: LEFT, y: HEIGHT - 12, size: 12, weight: 400 }, xAxis),
    text({ x: LEFT, y: TOP - 8, size: 12, weight: 400 }, yAxis),
    ...lines.flatMap((line, index) => {
      const colour = COLOURS[index % COLOURS.length] ?? '#000000';
      const path = line.points.map(([atX, atY]) => `${x(atX)},${y(atY)}`).join(' ');
      return [
        `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path}"/>`,
        `<rect x="${WIDTH - RIGHT + 14}" y="${TOP + 22 * index}" width="12" height="12" fill="${colour}"/>`,
        text({ x: WIDTH - RIGHT + 32, y: TOP + 22 * index + 11, size: 12, weight: 400 }, line.label),
      ];
    }),
    '</svg>',
    '',
  ].join('\n');
}

/** The least of 1, 2, 4, 5 or 10 times a power of ten that is not below the value. */
function niceMost(value: number): number {
  if (value <= 0) return 1;
  const decade = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 10].find((step) => step * decade >= value) ?? 10) * decade;
}

function tickText(value: number): string {
  return value >= 1000 ? `${Number((value / 1000).toPrecision(3))}k` : String(Number(value.toPrecision(3)));
}
