import { expect, jest, test } from '@jest/globals';
import { runBlackBox } from '../black-box/black-box.ts';
import { sharedStack } from '../support/shared-stack.ts';

const SECONDS = 40;
jest.setTimeout(10 * SECONDS * 1000);

test('two daemons that are killed again and again, under two people at random, end equal and lose no content', async () => {
  const lines: string[] = [];
  const { apiUrl } = sharedStack();
  const seed = 'black box';
  const report = await runBlackBox({ apiUrl, seed, seconds: SECONDS, log: (line) => lines.push(line) });
  // A run in which nothing happened would prove nothing.
  expect(report.doings).toBeGreaterThan(100);
  expect(report.kills).toBeGreaterThan(0);
  expect(report.reachable).toBeGreaterThan(50);
  expect(lines).toHaveLength(report.rests);
});
