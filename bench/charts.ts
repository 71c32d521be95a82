import { join } from 'node:path';
import { type BarChart, type BarGroup, drawBarChart } from './bar-chart.ts';
import type { BenchResult, Figure } from './bench-report.ts';
import { type KeptRun, newestResults } from './kept-results.ts';

const DOCUMENTS = join(import.meta.dirname, '..', 'docs');
/** Where the charts are drawn, and the page that shows them. */
export const CHARTS_FOLDER = join(DOCUMENTS, 'charts');
export const CHARTS_PAGE = join(DOCUMENTS, 'performance.md');

/** What stands before and after the charts on the page. */
const [SHOWN_START, SHOWN_END] = ['<!-- charts: written by npm run charts -->', '<!-- end of charts -->'];

interface ChartSpecification {
  readonly file: string;
  readonly bench: string;
  readonly title: string;
  readonly subtitle: string;
  readonly unit: string;
  readonly isLogarithmic: boolean;
  /** A group of bars is made of the figures whose names match; the part in parentheses is the label. */
  readonly groups: readonly { readonly title: string; readonly figures: RegExp }[];
}

const MORE = 'more is better';
const LESS = 'less is better';

const CHARTS: readonly ChartSpecification[] = [
  {
    file: 'small-files.svg',
    bench: 'small-files',
    title: '10,000 small files',
    subtitle: `files in a second, ${MORE}`,
    unit: 'files/s',
    isLogarithmic: false,
    groups: [
      { title: 'Up to the store', figures: /^([^:]+): up$/ },
      { title: 'Down from the store', figures: /^([^:]+): down$/ },
      { title: 'From device A to device B', figures: /^([^:]+): from A to B$/ },
    ],
  },
  {
    file: 'far-files.svg',
    bench: 'far-files',
    title: '500 small files over a longer way',
    subtitle: `files in a second, ${MORE}`,
    unit: 'files/s',
    isLogarithmic: true,
    groups: [
      { title: 'Up, 20 ms away', figures: /^20 ms away: ([^:]+): up$/ },
      { title: 'Up, 80 ms away', figures: /^80 ms away: ([^:]+): up$/ },
      { title: 'From device A to device B, 80 ms', figures: /^80 ms away: ([^:]+): from A to B$/ },
    ],
  },
  {
    file: 'large-files.svg',
    bench: 'large-files',
    title: '1 GiB in 64 files',
    subtitle: `10^6 bytes in a second, ${MORE}`,
    unit: 'MB/s',
    isLogarithmic: false,
    groups: [
      { title: 'Up to the store', figures: /^([^:]+): up$/ },
      { title: 'Down from the store', figures: /^([^:]+): down$/ },
    ],
  },
  {
    file: 'edit-bytes.svg',
    bench: 'edit-bytes',
    title: 'What travels after an edit of a file of 256 MiB',
    subtitle: `MiB, ${LESS}`,
    unit: 'MiB',
    isLogarithmic: true,
    groups: [
      { title: '16 bytes overwritten', figures: /^overwrite 16 B: (.+)$/ },
      { title: '10 bytes inserted', figures: /^insert 10 B: (.+)$/ },
      { title: '4 KiB deleted', figures: /^delete 4 KiB: (.+)$/ },
      { title: '16 bytes overwritten at 100 places', figures: /^100 scattered writes of 16 B: (.+)$/ },
    ],
  },
  {
    file: 'sync-latency.svg',
    bench: 'sync-latency',
    title: 'A file of 10 KiB, from its close on A until it is on B',
    subtitle: `median, ${LESS}`,
    unit: 'ms',
    isLogarithmic: true,
    groups: [{ title: 'Half of the files have come after', figures: /^([^:]+): p50$/ }],
  },
  {
    file: 'quiet-start.svg',
    bench: 'quiet-start',
    title: 'From a start until 100,000 unchanged files are seen to be unchanged',
    subtitle: `median, ${LESS}`,
    unit: 's',
    isLogarithmic: false,
    groups: [{ title: 'Start', figures: /^([^:]+)$/ }],
  },
];

/** The charts that the newest results give, by the name of their file. What was not measured is not drawn. */
export function drawCharts(runs: readonly KeptRun[]): ReadonlyMap<string, string> {
  const newest = newestResults(runs);
  return new Map(
    CHARTS.flatMap((specification): [string, string][] => {
      const found = newest.get(specification.bench);
      if (found === undefined) return [];
      const groups = specification.groups.flatMap((group) => groupOf(group, found.result));
      if (groups.length === 0) return [];
      const { title, subtitle, unit, isLogarithmic } = specification;
      const chart: BarChart = { title, subtitle, unit, isLogarithmic, groups, source: describeSource(found.run) };
      return [[specification.file, drawBarChart(chart)]];
    }),
  );
}

/** The page with these charts, each by its title, and no others. @throws Error when the page has no place for them. */
export function showCharts(page: string, charts: ReadonlyMap<string, string>): string {
  const [before, rest] = page.split(SHOWN_START);
  const after = rest?.split(SHOWN_END)[1];
  if (before === undefined || after === undefined) throw new Error(`the page has no place for charts: ${SHOWN_START}`);
  const shown = CHARTS.filter(({ file }) => charts.has(file)).map(({ file, title }) => `![${title}](charts/${file})`);
  return `${before}${[SHOWN_START, ...shown, SHOWN_END].join('\n\n')}${after}`;
}

function groupOf({ title, figures }: ChartSpecification['groups'][number], result: BenchResult): readonly BarGroup[] {
  const bars = result.figures.flatMap(({ name, value }: Figure) => {
    const label = figures.exec(name)?.[1];
    return label === undefined ? [] : [{ label, value, isOurs: label.startsWith('Syncline') }];
  });
  return bars.length === 0 ? [] : [{ title, bars }];
}

function describeSource({ measuredAt, commit, machine, scale }: KeptRun): string {
  const where = `${machine.cores} cores, ${machine.cpu}, Node ${machine.node.replace('v', '')}`;
  const share = scale === 1 ? '' : `; a trial at ${scale} of the size`;
  return `${measuredAt.slice(0, 10)}, commit ${commit.slice(0, 7)}, ${where}${share}`;
}
