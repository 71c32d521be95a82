import { expect, test } from '@jest/globals';
import { parseMemory, parseStat } from './process-usage.ts';

test('the times of a process are read whatever its name is', () => {
  const numbers = Array.from({ length: 49 }, (_, index) => index + 4);
  const stat = `4711 (a) b (c ) R ${numbers.join(' ')}\n`;
  // Fields 6, 14 and 15 of proc(5).
  expect(parseStat(stat)).toEqual({ sessionId: 6, cpuSeconds: (14 + 15) / 100 });
});

test('a process that is gone has no times', () => {
  expect(parseStat('')).toBeUndefined();
});

test('memory is read in bytes, and a process without any has none', () => {
  const status = 'Name:\tnode\nVmPeak:\t  999999 kB\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n';
  expect(parseMemory(status)).toEqual({ rssBytes: 1024 * 1024, rssPeakBytes: 2048 * 1024 });
  expect(parseMemory('Name:\tkthreadd\n')).toEqual({ rssBytes: 0, rssPeakBytes: 0 });
});
