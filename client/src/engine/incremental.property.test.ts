import { expect, test } from '@jest/globals';
import { type NodeId, rootNodeId } from '@syncline/protocol';
import * as fc from 'fast-check';
import { ModelService } from '../../../test/support/model-service.ts';
import { propertyCases } from '../../../test/support/property-runs.ts';
import { anEdit, type Edit, editDisk, editService } from '../../../test/support/random-edits.ts';
import { modelSyncService, SyncDevice, serviceTree } from '../../../test/support/sync-world.ts';
import { pathNames } from './node-tree.ts';
import type { SyncEngine } from './sync-engine.ts';

/** What happens between two plans of an engine that runs on: edits on both sides, and how much of the plan is executed then. */
interface Turn {
  readonly local: readonly Edit[];
  readonly remote: readonly Edit[];
  readonly execute: number | 'all' | 'none';
}

const edits = (maxLength: number) => fc.array(anEdit, { maxLength, size: 'max' });
const aTurn: fc.Arbitrary<Turn> = fc.record({
  local: edits(5),
  remote: edits(3),
  execute: fc.oneof(fc.constant<'all'>('all'), fc.constant<'none'>('none'), fc.nat(4)),
});

const CASES = propertyCases(3000);

/** The steps of a plan with paths for ids, since ids of new nodes are drawn. */
async function describePlan(engine: SyncEngine, rootId: NodeId): Promise<readonly string[]> {
  const planned = await engine.plan();
  if (planned.kind !== 'planned') return [planned.kind];
  const { local, steps, problems } = planned.plan;
  const pathOf = (nodeId: NodeId) =>
    pathNames(local.tree, rootId, nodeId)?.join('/') ??
    `remote:${pathNames(engine.trees.remote, rootId, nodeId)?.join('/') ?? `lost:${nodeId}`}`;
  const lines = steps.map(({ type, nodeId, ...rest }) => {
    const to = 'to' in rest ? `-> ${pathOf(rest.to.parentId)} / ${rest.to.name.replace(/[0-9A-Z]{26}$/, 'ID')}` : '';
    const mode = 'mode' in rest ? `${rest.mode} ${rest.vacated}` : '';
    const takes = 'takes' in rest ? rest.takes : '';
    return `${type} ${pathOf(nodeId)} ${to}${mode}${takes}`;
  });
  return [...lines, ...problems.map(({ path, reason }) => `${reason} at ${path}`)].toSorted((a, b) => (a < b ? -1 : 1));
}

function seenPaths({ local }: SyncEngine, rootId: NodeId): readonly (string | undefined)[] {
  const paths = [...local.tree.nodes()].map((node) => pathNames(local.tree, rootId, node.nodeId)?.join('/') ?? 'lost');
  return paths.toSorted((a, b) => (a < b ? -1 : 1));
}

test('an engine that only looks where something changed plans what one plans that looks at everything', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aTurn, { minLength: 1, maxLength: 5, size: 'max' }), async (turns) => {
      const service = new ModelService();
      const rootId = rootNodeId(service.namespaceId);
      const device = new SyncDevice(modelSyncService(service), 1);
      const running = await device.watchingEngine();
      await running.sync({ acceptDeletes: true });
      for (const [index, turn] of turns.entries()) {
        for (const edit of turn.local) editDisk(device.files, { ...edit, text: `${edit.text}L${index}` });
        for (const edit of turn.remote) editService(service, { ...edit, text: `${edit.text}R${index}` });
        const planned = await running.plan();
        const fromScratch = await describePlan(await device.engine(), rootId);
        expect(await describePlan(running, rootId)).toEqual(fromScratch);
        expect(seenPaths(running, rootId)).toEqual([...device.files.tree().keys()]);
        if (planned.kind !== 'planned' || turn.execute === 'none') continue;
        if (turn.execute === 'all') {
          const outcome = await running.sync({ acceptDeletes: true });
          expect(outcome).toMatchObject({ kind: 'rested', problems: [] });
          expect(device.files.tree()).toEqual(serviceTree(service));
        } else {
          const again = await running.plan();
          if (again.kind !== 'planned') continue;
          const steps = again.plan.steps.slice(0, turn.execute);
          // What was learned by reading, and under which id something forgotten goes on, only the engine that runs on knows.
          if (steps.some((step) => step.type === 'read' || step.type === 'forget')) continue;
          await running.execute(again.plan, steps);
        }
      }
    }),
    { numRuns: CASES },
  );
}, 600_000);
