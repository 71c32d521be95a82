import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ModelService } from '../../../test/support/model-service.ts';
import { anEdit, type Edit, editDisk, editService } from '../../../test/support/random-edits.ts';
import { modelSyncService, SyncDevice, serviceTree } from '../../../test/support/sync-world.ts';

/** Any three trees: what was agreed on, what the disk and the service became since; and where the first execution ends. */
interface Situation {
  readonly agreed: readonly Edit[];
  readonly local: readonly Edit[];
  readonly remote: readonly Edit[];
  readonly stopAfter: number;
}

const edits = (maxLength: number) => fc.array(anEdit, { maxLength, size: 'max' });
const aSituation: fc.Arbitrary<Situation> = fc.record({
  agreed: edits(9),
  local: edits(6),
  remote: edits(6),
  stopAfter: fc.nat(8),
});

/** `npm run nightly` asks for more. */
const CASES = Number(process.env['FAST_CHECK_RUNS'] ?? 10_000);

/** Contents with a mark of who wrote them, so that each can be followed to its end. */
const marked = (edit: Edit, mark: string): Edit => ({ ...edit, text: edit.text === '' ? '' : `${edit.text}${mark}` });

async function arrange(situation: Situation) {
  const service = new ModelService();
  const device = new SyncDevice(modelSyncService(service), 1);
  for (const [index, edit] of situation.agreed.entries()) editDisk(device.files, marked(edit, `0${index}`));
  await device.sync();
  const agreed = new Set(contents(device.files.tree()));
  for (const [index, edit] of situation.local.entries()) {
    // Every third edit writes what the other side writes, too.
    editDisk(device.files, marked(edit, index % 3 === 0 ? 'same' : `L${index}`));
  }
  for (const [index, edit] of situation.remote.entries()) {
    editService(service, marked(edit, index % 3 === 0 ? 'same' : `R${index}`));
  }
  return { service, device, agreed };
}

function contents(tree: ReadonlyMap<string, string | undefined>): readonly string[] {
  return [...tree.values()].filter((text) => text !== undefined);
}

test('any two trees that grew out of an agreed one come together, and no unseen edit is lost', async () => {
  await fc.assert(
    fc.asyncProperty(aSituation, async (situation) => {
      const { service, device, agreed } = await arrange(situation);
      const unseen = [...contents(device.files.tree()), ...contents(serviceTree(service))].filter(
        (text) => !agreed.has(text),
      );
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

test('a plan that ends after any of its steps leaves both sides valid, and a new start comes to the same rest', async () => {
  await fc.assert(
    fc.asyncProperty(aSituation, async (situation) => {
      const { service, device, agreed } = await arrange(situation);
      const unseen = [...contents(device.files.tree()), ...contents(serviceTree(service))].filter(
        (text) => !agreed.has(text),
      );

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
    { numRuns: CASES / 2 },
  );
}, 600_000);
