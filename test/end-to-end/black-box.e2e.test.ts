import { expect, jest, test } from '@jest/globals';
import { runBlackBox } from '../black-box/black-box.ts';
import { sharedStack } from '../support/shared-stack.ts';

const SECONDS = 40;
/** A run in which nothing happened would prove nothing. */
const LEAST = { doings: 100, kills: 1 };
jest.setTimeout(10 * SECONDS * 1000);

test('two daemons that are killed again and again, under two people at random, end equal and lose no content', async () => {
  const lines: string[] = [];
  const { apiUrl } = sharedStack();
  const seed = 'black box';
  const report = await runBlackBox({ apiUrl, seed, seconds: SECONDS, least: LEAST, log: (line) => lines.push(line) });
  expect(report.doings).toBeGreaterThanOrEqual(LEAST.doings);
  expect(report.kills).toBeGreaterThanOrEqual(LEAST.kills);
  expect(report.reachable).toBeGreaterThan(50);
  expect(lines).toHaveLength(report.rests);
});
