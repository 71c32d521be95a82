/** `npm run capacity -- --users 500e6 …`: what a workload asks for, costs, and which quota it meets first. */
import { parseArgs } from 'node:util';
import { readKeptRuns } from '../bench/kept-results.ts';
import { readMeasuredCosts } from './measured-costs.ts';
import { formatReport, reportCapacity } from './report.ts';
import { optionOf, parseWorkload, workloadFields } from './workload.ts';

function refuse(what: string, remedy: string): void {
  process.stderr.write(`${what}\n${remedy}\n`);
  process.exitCode = 1;
}

function readOptions(): Readonly<Record<string, string | undefined>> & { readonly json?: string } {
  const numbers = Object.fromEntries(workloadFields.map((field) => [optionOf(field), { type: 'string' as const }]));
  const { values } = parseArgs({ options: { ...numbers, json: { type: 'boolean' } } });
  const { json, ...rest } = values;
  return { ...(rest as Record<string, string>), ...(json === true ? { json: 'yes' } : {}) };
}

function run(): void {
  const options = readOptions();
  const parsed = parseWorkload(options);
  if (parsed.outcome === 'refused') return refuse(`${parsed.option} cannot be planned for.`, parsed.remedy);
  const measured = readMeasuredCosts(readKeptRuns());
  if (measured.outcome === 'missing') return refuse('There are no measured costs to plan with.', measured.remedy);
  const report = reportCapacity(parsed.workload, measured.costs);
  process.stdout.write(`${options.json === undefined ? formatReport(report) : JSON.stringify(report, null, 2)}\n`);
}

try {
  run();
} catch (error) {
  if (!(error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))) throw error;
  refuse(error.message, `Options: ${workloadFields.map((field) => `--${optionOf(field)}`).join(' ')} --json`);
}
