import { expect, test } from '@jest/globals';
import { FAULT_KINDS } from './faults.ts';
import { replayCommand } from './shrink.ts';
import { simulate } from './simulation.ts';
import { countRun, describeTally, emptyTally } from './tally.ts';

/** Histories of one quick run; `npm run nightly` takes a million. */
const RUNS = 3000;

test('the same seed gives the same history, event by event', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const [first, second] = [await simulate({ seed }), await simulate({ seed, isTraced: true })];
    expect(second.digest).toBe(first.digest);
    expect(second.events).toBe(first.events);
  }
});

test(`devices, service and stream keep every invariant in ${RUNS} histories of edits and faults`, async () => {
  const tally = emptyTally();
  for (let seed = 1; seed <= RUNS; seed++) {
    const result = await simulate({ seed });
    countRun(tally, result);
    if (result.violation !== undefined) {
      throw new Error(`${result.violation.message}\nreplay: ${replayCommand({ seed })} --trace`, {
        cause: result.violation,
      });
    }
  }
  console.log(describeTally(tally));
  expect(tally.runs).toBe(RUNS);
  // A kind of fault that never happens proves nothing.
  for (const kind of FAULT_KINDS) expect([kind, (tally.faults[kind] ?? 0) > RUNS / 100]).toEqual([kind, true]);
}, 900_000);
