import { expect, test } from '@jest/globals';
import { simulate } from './simulate.ts';

/** Enough that each of the planted errors shows; `npm run nightly` has ten thousand more. */
const HISTORIES = 60;

test('tables that are set back to any moment, beside a bucket that is not, take nothing from whoever is ahead of them', async () => {
  let setBack = 0;
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const { violation, faults } = await simulate({ seed, isSetBack: true });
    expect(violation && `seed ${seed}: ${violation.message}`).toBeUndefined();
    setBack += faults.get('tables-set-back') ?? 0;
  }
  // In the others a clock jumps, or more time passes than bytes are kept for.
  expect(setBack).toBeGreaterThan(HISTORIES / 2);
}, 120_000);

test('a seed gives one history, also when its tables are set back', async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const [first, second] = [
      await simulate({ seed, isSetBack: true }),
      await simulate({ seed, isSetBack: true, isTraced: true }),
    ];
    expect(second.digest).toBe(first.digest);
  }
});
