import { expect, test } from '@jest/globals';
import { formatTable, median, percentile } from './bench-report.ts';

test('a percentile is a value that was measured, whatever the order', () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 0.5, 0.8, 0.95, 1].map((share) => percentile(values, share))).toEqual([1, 3, 4, 5, 5]);
  expect(median([2, 1])).toBe(1);
});

test('a table says of every aim whether it is met', () => {
  const table = formatTable({
    question: 'How much?',
    figures: [
      { name: 'calls', value: 6, unit: 'calls', aim: { most: 6 } },
      { name: 'time', value: 80.123, unit: 'ms', aim: { most: 80 } },
      { name: 'speed', value: 2, unit: '×', aim: { least: 2.5 } },
      { name: 'size', value: 12, unit: 'KB' },
    ],
    note: 'on paper',
  });
  const lines = table.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '));
  expect(lines).toEqual([
    'How much?',
    'calls 6 calls aim ≤ 6: met',
    'time 80.12 ms aim ≤ 80: MISSED',
    'speed 2 × aim ≥ 2.5: MISSED',
    'size 12 KB',
    '(on paper)',
  ]);
});

test('a question without figures is answered by its note', () => {
  expect(formatTable({ question: 'How much?', figures: [], note: 'not measured: Java missing' })).toBe(
    'How much?\n  (not measured: Java missing)',
  );
});
