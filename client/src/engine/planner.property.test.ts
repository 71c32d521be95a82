import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { arrange, aSituation, contents } from '../../../test/support/planning-situation.ts';
import { propertyCases } from '../../../test/support/property-runs.ts';
import { serviceTree } from '../../../test/support/sync-world.ts';

/** With those of the other property of plans more than 100,000; `npm run nightly` asks for more. */
const CASES = propertyCases(30_000);

test('any two trees that grew out of an agreed one come together, and no unseen edit is lost', async () => {
  await fc.assert(
    fc.asyncProperty(aSituation, async (situation) => {
      const { service, device, unseen } = await arrange(situation);
      const there = contents(serviceTree(service));
      const kept = contents(device.files.tree()).filter((text) => text !== '' && there.includes(text));

      const outcome = await device.sync();

      expect(outcome).toMatchObject({ kind: 'rested', problems: [] });
      expect(device.files.tree()).toEqual(serviceTree(service));
      expect(contents(device.files.tree())).toEqual(expect.arrayContaining(unseen));
      expect(contents(device.files.tree())).toEqual(expect.arrayContaining(kept));
      const head = service.journal.length;
      const again = await (await device.engine()).plan();
      expect(again).toMatchObject({ kind: 'planned', plan: { steps: [], problems: [] } });
      expect(service.journal.length).toBe(head);
    }),
    { numRuns: CASES },
  );
}, 600_000);
