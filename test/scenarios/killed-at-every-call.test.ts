import { expect, test } from '@jest/globals';
import { type Death, dieAndRecover, runUndisturbed } from '../support/kill-run.ts';
import { KILL_SCENARIOS } from '../support/kill-scenarios.ts';
import { propertyCases } from '../support/property-runs.ts';

/** What a power failure may leave is tried so often at each call. */
const SEEDS = propertyCases(1) > 1 ? 20 : 1;
/** A defect shows at many calls; the first ones tell enough. */
const FAILURES_MAX = 5;

function* deaths(call: number): Iterable<Death> {
  for (const moment of ['killed-before', 'killed-after'] as const) {
    for (const database of ['kept', 'lost', 'rolled-back'] as const) {
      const end = { call, moment, database };
      yield { ...end, order: 'ordered', powerSeed: undefined };
      for (let seed = 1; seed <= SEEDS; seed++) {
        for (const order of ['ordered', 'per-directory'] as const)
          yield { ...end, order, powerSeed: `${call}/${seed}` };
      }
    }
  }
}

test.each(KILL_SCENARIOS)(
  'killed at any call, nothing is lost and everything goes on: $name',
  async (scenario) => {
    const ending = await runUndisturbed(scenario);
    const failures: string[] = [];
    for (const [index, name] of ending.calls.entries()) {
      for (const death of deaths(index + 1)) {
        try {
          await dieAndRecover(scenario, ending, death);
        } catch (error) {
          failures.push(`${name}: ${JSON.stringify(death)}: ${error instanceof Error ? error.message : String(error)}`);
        }
        if (failures.length === FAILURES_MAX) expect(failures).toEqual([]);
      }
    }
    expect(failures).toEqual([]);
  },
  600_000,
);
