import { expect, test } from '@jest/globals';
import { chunksToReport } from './chunks-to-report.ts';
import { FILE_UNCONFIRMED_CHUNKS_MAX, REPORT_CHUNKS } from './limits.ts';

/** Chunks that each report of a file tells of, until fewer are left than the commit confirms. */
function reportsOf(chunks: number): readonly number[] {
  const reports: number[] = [];
  for (let left = chunks - 1; left > FILE_UNCONFIRMED_CHUNKS_MAX; left -= reports.at(-1) ?? 0) {
    reports.push(Math.min(left, chunksToReport({ chunks, leftToSend: left })));
  }
  return reports;
}

test('a file that fills one report is reported no more often', () => {
  expect(reportsOf(17)).toEqual([16]);
  expect(reportsOf(REPORT_CHUNKS)).toEqual([REPORT_CHUNKS - 1]);
});

test('a file of a few hundred chunks is reported by sixteenths, so that nobody is far behind it', () => {
  const reports = reportsOf(320);
  expect(reports.slice(0, 8)).toEqual(Array(8).fill(20));
  expect(reports.length).toBeLessThanOrEqual(24);
  expect(reportsOf(REPORT_CHUNKS + 1).every((count) => count <= FILE_UNCONFIRMED_CHUNKS_MAX)).toBe(true);
});

test('the reports of a file of 1 GiB become closer towards its end, and are few', () => {
  const reports = reportsOf(1135);
  expect(reports.slice(0, 14).every((count) => count === REPORT_CHUNKS)).toBe(true);
  expect(reports.toSorted((a, b) => b - a)).toEqual(reports);
  expect(reports.at(-1)).toBeLessThanOrEqual(FILE_UNCONFIRMED_CHUNKS_MAX);
  expect(reports.length).toBeLessThanOrEqual(26);
});
