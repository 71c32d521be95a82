/** One figure: what was measured, how much, and what is aimed at, where there is an aim. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly aim?: { readonly most: number } | { readonly least: number };
  /** The target of the product that this is the figure of, as in `P7`. */
  readonly target?: string;
}

/** The answer to the one question of a bench. */
export interface BenchResult {
  readonly question: string;
  readonly figures: readonly Figure[];
  /** What a reader must know of the figures, or why there are none. */
  readonly note?: string;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest value that at least this share of all values does not exceed. Precondition: there are values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function formatTable({ question, figures, note }: BenchResult): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  const lines = figures.map(({ name, value, unit, aim }) => {
    const figure = `${name.padEnd(width)}  ${formatNumber(value).padStart(10)} ${unit}`;
    return aim === undefined ? figure : `${figure.padEnd(width + 30)} ${describeAim(value, aim)}`;
  });
  return [question, ...[...lines, ...(note === undefined ? [] : [`(${note})`])].map((line) => `  ${line}`)].join('\n');
}

/** All figures that targets of the product are stated for, by their numbers. */
export function formatTargets(results: Readonly<Record<string, BenchResult>>): string {
  const figures = Object.values(results)
    .flatMap((result) => result.figures)
    .filter(({ target }) => target !== undefined)
    .map((figure) => ({ ...figure, name: `${figure.target}  ${figure.name}` }))
    .toSorted((a, b) => Number(a.target?.slice(1)) - Number(b.target?.slice(1)));
  return figures.length === 0 ? '' : formatTable({ question: 'Which targets are met?', figures });
}

function describeAim(value: number, aim: NonNullable<Figure['aim']>): string {
  const [text, isMet] = 'most' in aim ? [`≤ ${aim.most}`, value <= aim.most] : [`≥ ${aim.least}`, value >= aim.least];
  return `aim ${text}: ${isMet ? 'met' : 'MISSED'}`;
}

function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
