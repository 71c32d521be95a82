import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import type { FaultKind } from '../simulation/faults.ts';
import { LOAD_PHASES } from './load-phases.ts';
import { formatLoad } from './load-report.ts';
import type { LoadResult } from './load-result.ts';
import { LoadRun } from './load-run.ts';
import { missedTimes } from './missed-times.ts';
import { syncCostOf } from './sync-cost.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COSTS = {
  apiCallsPerFile: 2,
  writeUnitsPerFile: 15,
  readUnitsPerFile: 13,
  readUnitsOfNothing: 2,
  readUnitsPerEntry: 0.1,
  sources: ['a test'],
};

/** `npm run nightly` has a thousand devices for ten minutes. In a process of its own, which is twice as fast. */
test('80 devices lose nothing while the service is throttled, fails, loses sockets and is slow', () => {
  const run = spawnSync(process.execPath, ['test/load/load.ts', '--devices', '80', '--minutes', '6'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  expect(run.stdout).toContain('Nothing was lost, and no invariant was broken.');
  expect(run.status).toBe(0);
}, 600_000);

test('one seed gives one run, in which every trouble happens and ends', async () => {
  const [one, other] = [await runSmall(), await newSmallRun()];
  expect(other.digest).toBe(one.digest);
  expect(one.violation).toBeUndefined();
  expect(one.phases.map(({ name }) => name)).toEqual(LOAD_PHASES.map(({ name }) => name));
  for (const { name, rates } of LOAD_PHASES) {
    if (rates === undefined) continue;
    expect([name, Object.keys(rates).some((kind) => one.faults.has(kind as FaultKind))]).toEqual([name, true]);
  }
  expect(one.faults.get('crash')).toBeGreaterThan(0);
  expect(one.sockets.ended).toBeGreaterThan(0);
  expect(one.sockets.silenced).toBeGreaterThan(0);
  expect(one.arrivals).toBeGreaterThan(0);
  expect(formatLoad(one, syncCostOf(one, COSTS))).toContain('outage, all sockets ended');
}, 600_000);

/** All times are simulated. */
test('in whatever trouble nothing takes longer than clients and service are made for', async () => {
  const result = await runSmall();
  expect(result.violation?.message).toBeUndefined();
  expect(missedTimes(result)).toEqual([]);
}, 600_000);

test('what takes too long is told by the phase in which it did', async () => {
  const [result, nothing] = [await runSmall(), syncCostOf(await runSmall(), COSTS)];
  const phases = result.phases.map((phase) => ({ ...phase, secondsMax: phase.isTrouble ? 0.1 : phase.secondsMax }));
  const late = { ...result, phases, restSeconds: 1000, requests: new Map([['GET /v1/changes', 100 * result.entries]]) };
  const told = missedTimes(late).join('\n');
  for (const { name, isTrouble } of LOAD_PHASES.map((phase) => ({ ...phase, isTrouble: phase.name !== 'quiet' }))) {
    expect([name, told.includes(`${name}: `)]).toEqual([name, isTrouble]);
  }
  expect(told).toContain('the rest came after 1000.0 s');
  expect(told).toContain('a change took 100.0 runs');
  expect(formatLoad(late, nothing)).toContain('LATE: the rest');
}, 600_000);

test('what a change costs is the sum of what it took', async () => {
  const result = await runSmall();
  const { lines, dollars } = syncCostOf(result, COSTS);
  const writes = lines.find(([what]) => what === 'DynamoDB: write units');
  expect(writes?.[1]).toBeCloseTo((1000 * 15 * 0.625) / 1e6, 10);
  expect(dollars).toBeCloseTo(
    lines.reduce((sum, [, part]) => sum + part, 0),
    10,
  );
});

let small: Promise<LoadResult> | undefined;

/** One run for all who only look at it. */
function runSmall(): Promise<LoadResult> {
  small ??= newSmallRun();
  return small;
}

function newSmallRun(): Promise<LoadResult> {
  return new LoadRun({ devices: 12, minutes: 8, seed: 3 }).run();
}
