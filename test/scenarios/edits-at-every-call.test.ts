import { describe, expect, test } from '@jest/globals';
import { attempt, type KillCase, runUndisturbed } from '../support/kill-run.ts';
import { KILL_SCENARIOS } from '../support/kill-scenarios.ts';
import { type Meddling, meddleAndSettle } from '../support/meddle-run.ts';
import { propertyCases } from '../support/property-runs.ts';

/** At night a person does everything everywhere at each call; else two things, which change from call to call, or one. */
const IS_NIGHTLY = propertyCases(1) > 1;
const MEDDLINGS = 2;
const ACTS = ['write', 'replace', 'remove', 'rename', 'mkdir'] as const;

function* meddlings({ calls, before, tree, disk }: KillCase): Iterable<Meddling> {
  const paths = [...new Set([...before.keys(), ...tree.keys()])];
  const all = ACTS.flatMap((act) => paths.map((path) => ({ act, path })));
  const turns = disk.hasLinks === false ? 1 : MEDDLINGS;
  for (let call = 1; call <= calls.length; call++) {
    for (let turn = 0; turn < (IS_NIGHTLY ? all.length : turns); turn++) {
      // A step that shares no factor with the number of choices comes to all of them.
      const choice = all[IS_NIGHTLY ? turn : ((call * MEDDLINGS + turn) * 7919) % all.length];
      if (choice !== undefined) yield { call, ...choice };
    }
  }
}

describe.each([true, false])(
  'whatever a person does to the disk at any call, no content is lost and both sides come to rest; second names: %s',
  (hasLinks) => {
    test.each(KILL_SCENARIOS)(
      '$name',
      async (scenario) => {
        const kill = await runUndisturbed(scenario, { order: 'ordered', hasLinks });
        expect(await attempt(kill, [...meddlings(kill)], meddleAndSettle)).toEqual([]);
      },
      900_000,
    );
  },
);
