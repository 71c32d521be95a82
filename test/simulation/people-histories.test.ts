import { expect, test } from '@jest/globals';
import { PeopleSimulation } from './people-simulation.ts';

/** Enough that each of the planted errors shows; `npm run sim` has many more. */
const HISTORIES = 120;

test('people who share, change roles, are removed and go on trying, beside expiry and sweep: every invariant holds', async () => {
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const simulation = new PeopleSimulation({ seed });
    await simulation.run();
    const { violation } = simulation.result();
    expect(violation && `seed ${seed}: ${violation.message}`).toBeUndefined();
  }
}, 120_000);

test('the same seed gives the same history of people, event by event', async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const digests: number[] = [];
    for (const isTraced of [false, true]) {
      const simulation = new PeopleSimulation({ seed, isTraced });
      await simulation.run();
      digests.push(simulation.result().digest);
    }
    expect(digests[1]).toBe(digests[0]);
  }
});
