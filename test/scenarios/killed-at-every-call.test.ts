import { describe, expect, test } from '@jest/globals';
import { attempt, type Death, dieAndRecover, type KillCase, runUndisturbed } from '../support/kill-run.ts';
import { KILL_SCENARIOS } from '../support/kill-scenarios.ts';
import { propertyCases } from '../support/property-runs.ts';

/** A nightly run tries every death on every disk, and many ways in which a power failure can end. */
const IS_NIGHTLY = propertyCases(1) > 1;
const SEEDS = IS_NIGHTLY ? 20 : 1;

/** Before and after each call; only the process, and the whole machine; with the database as it was, with an older one, and with none. */
function* everyDeath(call: number): Iterable<Death> {
  for (const moment of ['killed-before', 'killed-after'] as const) {
    yield { call, moment, powerSeed: undefined, database: 'kept' };
    for (let seed = 1; seed <= SEEDS; seed++) {
      const powerSeed = `${call}/${seed}`;
      yield { call, moment, powerSeed, database: 'kept' };
      yield { call, moment, powerSeed, database: (call + seed) % 2 === 0 ? 'lost' : 'rolled-back' };
    }
  }
}

/** Once at each call: after a call is before the next one, but where the database or the service is told something. */
function* oneDeath(call: number, kill: KillCase): Iterable<Death> {
  const isTelling = /^(save|commit) /.test(kill.calls[call - 1] ?? '');
  const moment = isTelling ? 'killed-after' : 'killed-before';
  yield { call, moment, powerSeed: `${call}/1`, database: 'kept' };
}

/**
 * A file system that keeps names in order, one that keeps no order between directories, one without second names, and one on which
 * nearly all files count as large.
 */
const DISKS = [
  { order: 'ordered', hasLinks: true, largeFileBytes: 1000, deaths: everyDeath },
  { order: 'per-directory', hasLinks: true, largeFileBytes: 1000, deaths: IS_NIGHTLY ? everyDeath : oneDeath },
  { order: 'ordered', hasLinks: false, largeFileBytes: 1000, deaths: IS_NIGHTLY ? everyDeath : oneDeath },
  { order: 'ordered', hasLinks: true, largeFileBytes: 10, deaths: IS_NIGHTLY ? everyDeath : oneDeath },
] as const;

describe.each(DISKS)(
  'on a disk with $order names, second names: $hasLinks, large from $largeFileBytes bytes on',
  ({ deaths, ...disk }) => {
    test.each(KILL_SCENARIOS)(
      'killed at any call, nothing is lost and everything goes on: $name',
      async (scenario) => {
        const kill = await runUndisturbed(scenario, disk);
        const cases = kill.calls.flatMap((_, index) => [...deaths(index + 1, kill)]);
        expect(await attempt(kill, cases, dieAndRecover)).toEqual([]);
      },
      900_000,
    );
  },
);
