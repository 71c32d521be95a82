import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { MINUTE_MS } from '@syncline/protocol';
import type { FaultKind } from '../simulation/faults.ts';
import { LOAD_PHASES } from './load-phases.ts';
import { formatLoad } from './load-report.ts';
import type { LoadResult } from './load-result.ts';
import { LoadRun } from './load-run.ts';
import { missedTimes } from './missed-times.ts';
import { asksAllowed } from './outage.ts';
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
  expect(one.repeatedCommits).toBeGreaterThan(0);
  const printed = formatLoad(one, syncCostOf(one, COSTS));
  expect(printed).toContain('outage, half of the sockets ended');
  expect(printed).toContain('requests of a device in an outage of 2.5 minutes');
}, 600_000);

/** All times are simulated. */
test('in whatever trouble nothing takes longer than clients and service are made for', async () => {
  const result = await runSmall();
  expect(result.violation?.message).toBeUndefined();
  expect(missedTimes(result)).toEqual([]);
}, 600_000);

test('what takes too long is told by the phase in which it did', async () => {
  const [result, nothing] = [await runSmall(), syncCostOf(await runSmall(), COSTS)];
  const phases = result.phases.map((phase) => (phase.isTrouble ? { ...phase, ...LATE } : phase));
  const requests = new Map([['GET /v1/changes', 100 * result.entries]]);
  const late = { ...result, phases, requests, restSeconds: 1000, pauses: { longestSeconds: 301, overdueSeconds: 11 } };
  const lines = missedTimes(late);
  for (const { name, isTrouble } of result.phases) {
    const told = lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
    expect([name, told.filter((line) => !line.includes('ask')).map((line) => line.split(',')[0])]).toEqual([
      name,
      isTrouble ? ['it took 1000.0 s', 'a device that was refused took 1001.0 s', 'a socket took 1002.0 s'] : [],
    ]);
  }
  const told = lines.join('\n');
  expect(told).toContain('the rest came after 1000.0 s');
  expect(told).toContain('a client meant to pause for 301.0 s');
  expect(told).toContain('a pause went on for 11.0 s');
  expect(told).toContain('a change took 100.0 runs');
  expect(formatLoad(late, nothing)).toContain('LATE: the rest');
}, 600_000);

test('who asks a service that is away too often, or too soon, is told by what they asked for', async () => {
  const result = await runSmall();
  const impatient = {
    minutes: 1,
    asks: new Map([
      ['GET /v1/changes', 50],
      ['POST /v1/socket', 3],
    ]),
    asksMax: 49,
    pauseSeconds: 0.1,
  };
  const phase = result.phases.find(({ outage }) => outage !== undefined);
  expect(phase?.outage?.asks.get('GET /v1/changes')).toBeGreaterThan(20);
  const phases = result.phases.map((one) => (one === phase ? { ...one, outage: impatient } : one));
  expect(missedTimes({ ...result, phases })).toEqual([
    `${phase?.name}: a device asked 50.0 times for GET /v1/changes, and may ask 49 times`,
    `${phase?.name}: half of the refused asked again within 0.10 s, and not 0.5 s`,
  ]);
});

test('pauses that double allow ever fewer tries in the same time', () => {
  const minutes = [0, 1, 2, 3, 4, 5].map((minute) => asksAllowed(minute * MINUTE_MS));
  expect(minutes).toEqual([0, 35, 49, 56, 63, 63]);
});

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

/** How a trouble is that nobody recovers from in time. */
const LATE = { secondsMax: 0.1, recoverySeconds: 1000, readSeconds: 1001, toldSeconds: 1002 };

let small: Promise<LoadResult> | undefined;

/** One run for all who only look at it. */
function runSmall(): Promise<LoadResult> {
  small ??= newSmallRun();
  return small;
}

function newSmallRun(): Promise<LoadResult> {
  return new LoadRun({ devices: 10, minutes: 10, seed: 18 }).run();
}
