import { describe, expect, test } from '@jest/globals';
import { attempt, type Failure, failAndRecover, runUndisturbed } from '../support/kill-run.ts';
import { KILL_SCENARIOS } from '../support/kill-scenarios.ts';
import { propertyCases } from '../support/property-runs.ts';

const IS_NIGHTLY = propertyCases(1) > 1;
const NEXT = ['go-on', 'restart', 'power-failure'] as const;

/** At night every failure is followed by everything that can follow; else they take turns, and so do single and lasting failures. */
function failures(call: number): readonly Failure[] {
  return (['EIO', 'ENOSPC', 'EACCES', 'short'] as const).flatMap((fault, kind) => {
    // Nobody takes away a permission at the very moment of a power failure.
    const canFollow = NEXT.filter((next) => fault !== 'EACCES' || next !== 'power-failure');
    const follow = canFollow.filter((_, turn) => IS_NIGHTLY || (call + kind) % canFollow.length === turn);
    const lasting = IS_NIGHTLY ? [false, true] : [Math.floor(call / 2) % 2 === 0];
    return follow.flatMap((next) => lasting.map((isLasting) => ({ call, fault, isLasting, next })));
  });
}

describe('where the disk fails at any call, for once or until it is repaired, it is told, nothing is lost, and it goes on after', () => {
  test.each(KILL_SCENARIOS)(
    '$name',
    async (scenario) => {
      const kill = await runUndisturbed(scenario, { order: 'per-directory' });
      const cases = kill.calls.flatMap((_, index) => failures(index + 1));
      expect(await attempt(kill, cases, failAndRecover)).toEqual([]);
    },
    900_000,
  );
});
