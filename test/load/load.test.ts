import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import type { FaultKind } from '../simulation/faults.ts';
import { LOAD_PHASES } from './load-phases.ts';
import { formatLoad } from './load-report.ts';
import { LoadRun } from './load-run.ts';
import { syncCostOf } from './sync-cost.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What a device waits at most before it tries again after an outage of less than a minute, and for the delta. */
const RECOVERY_SECONDS_MAX = 90;
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
  const [one, other] = [await runSmall(), await runSmall()];
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
  const outage = one.phases.find(({ name }) => name.startsWith('outage'));
  // A simulated time: whoever has a socket again looks at once, and not with the next poll after minutes.
  expect(outage?.recoverySeconds).toBeLessThan(RECOVERY_SECONDS_MAX);
  expect(formatLoad(one, syncCostOf(one, COSTS))).toContain('outage, all sockets ended');
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

function runSmall() {
  return new LoadRun({ devices: 12, minutes: 8, seed: 3 }).run();
}
