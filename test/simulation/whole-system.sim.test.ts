import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { FAULT_KINDS } from './faults.ts';
import { simulate } from './simulate.ts';
import { readTally } from './tally.ts';

/** Histories of one quick run; `npm run nightly` takes a million. */
const RUNS = 1000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('the same seed gives the same history, event by event', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const [first, second] = [await simulate({ seed }), await simulate({ seed, isTraced: true })];
    expect(second.digest).toBe(first.digest);
    expect(second.events).toBe(first.events);
  }
});

/** In a process of its own: a simulation takes half the time there, because nothing stands between it and the engine's globals. */
test(`devices, service and stream keep every invariant in ${RUNS} histories of edits and faults`, () => {
  const run = spawnSync(process.execPath, ['test/simulation/sim.ts', '--seed', '1', '--runs', `${RUNS}`, '--part'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const tally = readTally(run.stdout);
  expect(run.stderr).toBe('');
  // What is printed says which invariant is violated, and how to see it again.
  expect(tally.red === 0 ? '' : run.stdout).toBe('');
  expect(tally.runs).toBe(RUNS);
  // A kind of fault that never happens proves nothing.
  for (const kind of FAULT_KINDS) expect([kind, (tally.faults[kind] ?? 0) > RUNS / 100]).toEqual([kind, true]);
}, 900_000);
