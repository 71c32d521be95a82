import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ModelService } from '../../../test/support/model-service.ts';
import { propertyCases } from '../../../test/support/property-runs.ts';
import { anEdit, editDisk, editService } from '../../../test/support/random-edits.ts';
import { modelSyncService, SyncDevice, serviceTree } from '../../../test/support/sync-world.ts';

async function world() {
  const service = new ModelService();
  const a = new SyncDevice(modelSyncService(service), 1);
  a.files.mkdir('photos');
  a.files.mkdir('photos/2025');
  a.files.write('photos/2025/x', '1');
  a.files.write('notes', '2');
  await a.sync();
  const engine = await a.watchingEngine();
  const photos = service.list().find((node) => node.name === 'photos');
  if (photos === undefined) throw new Error('the folder was not stored');
  const exclude = () => engine.trees.setExcluded(new Set([photos.nodeId]));
  const sync = () => engine.sync({ acceptDeletes: false });
  return { service, a, engine, exclude, sync };
}

const ALL = ['notes', 'photos', 'photos/2025', 'photos/2025/x'];

test('an excluded folder leaves the disk, the service keeps it, and it comes back when it is included again', async () => {
  const { service, a, engine, exclude, sync } = await world();
  exclude();
  expect(await sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect([...a.files.tree().keys()]).toEqual(['notes']);
  expect([...serviceTree(service).keys()]).toEqual(ALL);
  engine.trees.setExcluded(new Set());
  expect(await sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect([...a.files.tree().keys()]).toEqual(ALL);
});

test('what was edited or made in an excluded folder is sent before it leaves the disk', async () => {
  const { service, a, exclude, sync } = await world();
  a.files.write('photos/2025/x', 'edited');
  a.files.write('photos/new', 'new');
  exclude();
  expect(await sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect([...a.files.tree().keys()]).toEqual(['notes']);
  expect(serviceTree(service).get('photos/2025/x')).toBe('edited');
  expect(serviceTree(service).get('photos/new')).toBe('new');
});

test('a folder that is excluded while half of it is gone from the disk is not deleted at the service', async () => {
  const { service, a, exclude, sync } = await world();
  a.files.remove('photos/2025');
  exclude();
  expect(await sync()).toMatchObject({ kind: 'rested' });
  expect([...serviceTree(service).keys()]).toEqual(ALL);
});

test('after a lost database an excluded folder is neither fetched nor deleted', async () => {
  const { service, a, exclude, sync } = await world();
  exclude();
  await sync();
  a.forgetState();
  const engine = await a.engine();
  const photos = service.list().find((node) => node.name === 'photos');
  engine.trees.setExcluded(new Set(photos === undefined ? [] : [photos.nodeId]));
  expect(await engine.sync({ acceptDeletes: false })).toMatchObject({ kind: 'rested', problems: [] });
  expect([...a.files.tree().keys()]).toEqual(['notes']);
  expect([...serviceTree(service).keys()]).toEqual(ALL);
});

test('a folder that is made where an excluded one would stand is told, and neither sent nor touched', async () => {
  const { service, a, exclude, sync } = await world();
  exclude();
  await sync();
  a.files.mkdir('photos');
  a.files.write('photos/mine', 'm');
  const outcome = await sync();
  expect(outcome.problems).toMatchObject([{ path: 'photos', reason: 'excluded-place' }]);
  expect(a.files.tree().get('photos/mine')).toBe('m');
  expect([...serviceTree(service).keys()]).toEqual(ALL);
});

test('a file that somebody moves out of an excluded folder comes to the disk', async () => {
  const { service, a, exclude, sync } = await world();
  const b = new SyncDevice(modelSyncService(service), 2);
  exclude();
  await sync();
  await b.sync();
  b.files.rename('photos/2025/x', 'x');
  await b.sync();
  await sync();
  expect([...a.files.tree().keys()]).toEqual(['notes', 'x']);
});

test('whatever is done on both sides while folders are excluded and included, no content is lost', async () => {
  const edits = fc.array(anEdit, { maxLength: 5, size: 'max' });
  const aTurn = fc.record({ local: edits, remote: edits, excluded: fc.array(fc.nat(20), { maxLength: 3 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(aTurn, { minLength: 1, maxLength: 5, size: 'max' }), async (turns) => {
      const service = new ModelService();
      const device = new SyncDevice(modelSyncService(service), 1);
      const engine = await device.watchingEngine();
      const written = new Set<string>();
      const onDisk = () => [...device.files.tree().values()].filter((text) => text !== undefined);
      for (const [index, turn] of turns.entries()) {
        for (const edit of turn.local) editDisk(device.files, { ...edit, text: `${edit.text}L${index}` });
        const present = onDisk();
        for (const edit of turn.remote) editService(service, { ...edit, text: `${edit.text}R${index}` });
        const folders = service.list().filter((node) => node.kind === 'folder');
        const excluded = turn.excluded.flatMap((pick) => folders[pick % Math.max(1, folders.length)]?.nodeId ?? []);
        engine.trees.setExcluded(new Set(excluded));
        const outcome = await engine.sync({ acceptDeletes: true });
        // What is held back, and told, stays on the disk alone until the last turn.
        if (outcome.problems.length === 0) for (const text of present) written.add(text);
      }
      for (const text of onDisk()) written.add(text);
      engine.trees.setExcluded(new Set());
      expect(await engine.sync({ acceptDeletes: true })).toMatchObject({ kind: 'rested', problems: [] });
      expect(device.files.tree()).toEqual(serviceTree(service));
      const committed = modelSyncService(service);
      for (const text of written) expect(await committed.hasCommitted(text)).toBe(true);
    }),
    { numRuns: propertyCases(2000) },
  );
}, 600_000);
