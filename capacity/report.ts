import type { Demand } from './demand.ts';
import { demandOf } from './demand.ts';
import type { MeasuredCosts } from './measured-costs.ts';
import { type CostLine, monthlyCostOf } from './monthly-cost.ts';
import { type QuotaUse, useOfQuotas } from './quotas.ts';
import { optionOf, type Workload, workloadFields } from './workload.ts';

/** The whole answer of `npm run capacity`. */
export interface CapacityReport {
  readonly workload: Workload;
  readonly costs: MeasuredCosts;
  readonly demand: Demand;
  readonly lines: readonly CostLine[];
  readonly dollars: number;
  readonly uses: readonly QuotaUse[];
  readonly cells: number;
}

export function reportCapacity(workload: Workload, costs: MeasuredCosts): CapacityReport {
  const demand = demandOf(workload, costs);
  const lines = monthlyCostOf(workload, demand);
  const dollars = lines.reduce((sum, line) => sum + line.dollars, 0);
  return { workload, costs, demand, lines, dollars, ...useOfQuotas(demand, workload) };
}

const UNITS: readonly (readonly [number, string])[] = [
  [1e15, ' P'],
  [1e12, ' T'],
  [1e9, ' G'],
  [1e6, ' M'],
  [1e3, ' k'],
];

/** Three digits and a letter: `1.16 k`. */
export function shortNumber(value: number): string {
  const [unit, letter] = UNITS.find(([least]) => Math.abs(value) >= least) ?? [1, ''];
  return `${Number((value / unit).toPrecision(3))}${letter}`;
}

const dollarsText = (dollars: number) => `$${shortNumber(dollars)}`;

function rows(title: string, lines: readonly (readonly [string, string])[]): readonly string[] {
  return [title, ...lines.map(([name, value]) => `  ${name.padEnd(52)} ${value.padStart(12)}`), ''];
}

/** The report as a person reads it, with the assumptions that make it. */
export function formatReport(report: CapacityReport): string {
  const { workload, demand, costs } = report;
  const perThousand = (report.dollars / (workload.eventsPerDay * 30)) * 1000;
  return [
    ...rows(
      'The workload',
      workloadFields.map((field) => [`--${optionOf(field)}`, shortNumber(workload[field])] as const),
    ),
    ...rows(
      'What it asks for, in a second',
      (Object.entries(demand) as [string, unknown][]).flatMap(([name, value]) =>
        typeof value === 'number' ? [[wordsOf(name), shortNumber(value)] as const] : [],
      ),
    ),
    ...rows('What a month costs', [
      ...report.lines.map(({ service, of, dollars }) => [`${service}: ${of}`, dollarsText(dollars)] as const),
      ['all together, without search', dollarsText(report.dollars)],
      ['for one account', `$${(report.dollars / workload.users).toPrecision(3)}`],
      ['for 1,000 events', `$${perThousand.toPrecision(3)}`],
    ]),
    ...rows(
      'What a quota allows, and what is needed at the peak; first what bites first',
      report.uses.map(
        ({ quota, needed, share }) =>
          [
            `${quota.service}: ${quota.name}`,
            `${shortNumber(needed)} of ${shortNumber(quota.limit)} (${shortNumber(share)} ×)`,
          ] as const,
      ),
    ),
    `Cells, each below half of every quota: ${report.cells}`,
    `Unit costs: ${costs.sources.join('; ')}`,
  ].join('\n');
}

/** `bytesOut` is `bytes out`. */
function wordsOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
