import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { drawBarChart } from './bar-chart.ts';
import type { BenchResult } from './bench-report.ts';
import { CHARTS_FOLDER, CHARTS_PAGE, drawCharts, showCharts } from './charts.ts';
import { type KeptRun, readKeptRuns } from './kept-results.ts';

function run(measuredAt: string, results: Readonly<Record<string, BenchResult>>): KeptRun {
  const machine = { cpu: 'a processor', cores: 2, memoryGiB: 8, system: 'Linux', node: 'v24.0.0' };
  return { measuredAt, commit: '0123456789', machine, scale: 1, results };
}

const result = (files: number): BenchResult => ({
  question: 'How many?',
  figures: [
    { name: 'Syncline, sync --once: up', value: files, unit: 'files/s' },
    { name: 'rclone copy, defaults: up', value: 100, unit: 'files/s' },
    { name: 'up, against rclone copy', value: files / 100, unit: '×' },
  ],
});

test('the charts that are shown are those that the kept results give', () => {
  const drawn = drawCharts(readKeptRuns());
  const kept = existsSync(CHARTS_FOLDER) ? readdirSync(CHARTS_FOLDER) : [];
  expect(kept.toSorted()).toEqual([...drawn.keys()].toSorted());
  for (const [file, svg] of drawn) expect([file, readFileSync(join(CHARTS_FOLDER, file), 'utf8')]).toEqual([file, svg]);
});

test('the page of figures shows all charts, and only those', () => {
  const page = readFileSync(CHARTS_PAGE, 'utf8');
  expect(page).toBe(showCharts(page, drawCharts(readKeptRuns())));
});

test('a page is given its charts in the place that it has for them, again and again', () => {
  const page = 'before\n<!-- charts: written by npm run charts -->\n<!-- end of charts -->\nafter\n';
  const charts = new Map([['small-files.svg', '']]);
  const shown = showCharts(page, charts);
  expect(shown).toMatch(/^before\n[^]*\n!\[10,000 small files\]\(charts\/small-files\.svg\)\n[^]*\nafter\n$/);
  expect(showCharts(shown, charts)).toBe(shown);
  expect(() => showCharts('no place', charts)).toThrow('no place for charts');
});

test('of two results the newest is drawn, with the place and time that it is of', () => {
  const charts = drawCharts([
    run('2026-01-01T00:00:00Z', { 'small-files': result(100) }),
    run('2026-02-01T00:00:00Z', { 'small-files': result(512) }),
  ]);
  expect([...charts.keys()]).toEqual(['small-files.svg']);
  const svg = charts.get('small-files.svg') ?? '';
  expect(svg).toContain('512 files/s');
  expect(svg).toContain('2026-02-01, commit 0123456, 2 cores, a processor, Node 24.0.0');
  expect(svg).not.toContain('against');
});

test('the longest bar is of the largest value, in the proportion of the values', () => {
  const bars = [
    { label: 'a < b', value: 50, isOurs: true },
    { label: 'other', value: 200, isOurs: false },
  ];
  const chart = { title: 'T', subtitle: 'S', unit: 'u', source: 'x', groups: [{ title: 'G', bars }] };
  const widths = (svg: string) => [...svg.matchAll(/width="([\d.]+)" height="18"/g)].map(([, width]) => Number(width));
  expect(widths(drawBarChart({ ...chart, isLogarithmic: false }))).toEqual([100, 400]);
  const [short = 0, long = 0] = widths(drawBarChart({ ...chart, isLogarithmic: true }));
  // From a decade below the least value: one decade, and log10(40) of them.
  expect(short / long).toBeCloseTo(1 / Math.log10(40), 2);
  expect(drawBarChart({ ...chart, isLogarithmic: false })).toContain('a &lt; b');
});
