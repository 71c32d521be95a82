import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { arrange, aSituation, contents } from '../../../test/support/planning-situation.ts';
import { propertyCases } from '../../../test/support/property-runs.ts';
import { serviceTree } from '../../../test/support/sync-world.ts';

/** With those of the other property of plans more than 100,000; `npm run nightly` asks for more. */
const CASES = propertyCases(22_000);

test('a plan that ends after any of its steps leaves both sides valid, and a new start comes to the same rest', async () => {
  await fc.assert(
    fc.asyncProperty(aSituation, async (situation) => {
      const { service, device, unseen } = await arrange(situation);

      const engine = await device.engine();
      const planned = await engine.plan();
      if (planned.kind !== 'planned') throw new Error(`the plan was refused: ${planned.kind}`);
      await engine.execute(planned.plan, planned.plan.steps.slice(0, situation.stopAfter));

      const present = [...contents(device.files.tree()), ...contents(serviceTree(service))];
      expect(present).toEqual(expect.arrayContaining(unseen));
      const outcome = await device.sync();
      expect(outcome).toMatchObject({ kind: 'rested', problems: [] });
      expect(device.files.tree()).toEqual(serviceTree(service));
      expect(contents(device.files.tree())).toEqual(expect.arrayContaining(unseen));
    }),
    { numRuns: CASES },
  );
}, 600_000);
