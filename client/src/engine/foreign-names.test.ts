import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ModelService } from '../../../test/support/model-service.ts';
import { propertyCases } from '../../../test/support/property-runs.ts';
import { anEdit, type Edit, editDisk } from '../../../test/support/random-edits.ts';
import { modelSyncService, SyncDevice, serviceTree } from '../../../test/support/sync-world.ts';
import { localNames } from './local-names.ts';

const windows = localNames('windows');

function world() {
  const service = new ModelService();
  const linux = new SyncDevice(modelSyncService(service), 1);
  const folding = new SyncDevice(modelSyncService(service), 2, { names: windows });
  return { service, linux, folding };
}

/** A disk's tree with every name as the service has it. */
function trueTree(device: SyncDevice): ReadonlyMap<string, string | undefined> {
  const paths = [...device.files.tree()].map(([path, text]): [string, string | undefined] => [
    path
      .split('/')
      .map((name) => windows.toName(name))
      .join('/'),
    text,
  ]);
  return new Map(paths.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const byPath = (tree: ReadonlyMap<string, string | undefined>) =>
  new Map([...tree].toSorted(([a], [b]) => (a < b ? -1 : 1)));

test('names that a disk cannot hold, or takes for one, stand on it under others and are edited under their own', async () => {
  const { service, linux, folding } = world();
  for (const name of ['Note', 'note', 'NOTE', 'what?.txt', 'con.txt', 'end.']) linux.files.write(name, name);
  await linux.sync();
  expect(await folding.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(trueTree(folding)).toEqual(byPath(serviceTree(service)));
  for (const [path, text] of folding.files.tree()) folding.files.write(path, `${text}, edited`);
  expect(await folding.sync()).toMatchObject({ kind: 'rested', problems: [] });
  await linux.sync();
  for (const [path, text] of linux.files.tree()) expect(text).toBe(`${path}, edited`);
});

test('a twin keeps its name on the disk when the other one goes', async () => {
  const { linux, folding } = world();
  linux.files.write('Note', '1');
  linux.files.write('note', '2');
  await linux.sync();
  await folding.sync();
  const before = [...folding.files.tree().keys()];
  linux.files.remove(before.includes('Note') ? 'Note' : 'note');
  await linux.sync();
  expect(await folding.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(folding.files.tree().size).toBe(1);
  expect(before).toContain([...folding.files.tree().keys()][0]);
});

test('a rename that changes only the case goes both ways', async () => {
  const { service, linux, folding } = world();
  linux.files.write('readme', '1');
  await linux.sync();
  await folding.sync();
  linux.files.rename('readme', 'README');
  await linux.sync();
  await folding.sync();
  expect([...folding.files.tree().keys()]).toEqual(['README']);
  folding.files.rename('README', 'Readme');
  await folding.sync();
  expect([...serviceTree(service).keys()]).toEqual(['Readme']);
  expect(service.journal.filter((change) => change.type === 'created')).toHaveLength(1);
});

test('a name that is too long for a disk is shortened there, and stays what it is at the service', async () => {
  const { service, linux, folding } = world();
  const name = '?'.repeat(250);
  linux.files.write(name, '1');
  await linux.sync();
  await folding.sync();
  const [short = ''] = folding.files.tree().keys();
  folding.files.write(short, '2');
  await folding.sync();
  expect(serviceTree(service)).toEqual(new Map([[name, '2']]));
  folding.forgetState();
  folding.files.write(short, '3');
  expect(await folding.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(serviceTree(service).get(name)).toBeDefined();
});

const NAMES = ['a', 'A', 'b?', 'B?', 'con', 'Con', 'end.', 'x‛1', 'p'];
/** People there do not give two files one name, and cannot give two files names that the disk takes for one. */
const FOLDING_NAMES = ['p', 'q', 'r\uff1f'];

test('whatever is done on a disk that holds all names and on one that does not, both come to the same', async () => {
  const edits = (names: readonly string[]) =>
    fc.array(
      fc.tuple(anEdit, fc.constantFrom(...names)).map(([edit, name]): Edit => ({ ...edit, name })),
      { maxLength: 6, size: 'max' },
    );
  const aTurn = fc.record({ linux: edits(NAMES), folding: edits(FOLDING_NAMES), forgets: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(aTurn, { minLength: 1, maxLength: 3, size: 'max' }), async (turns) => {
      const { service, linux, folding } = world();
      for (const [index, turn] of turns.entries()) {
        for (const edit of turn.linux) editDisk(linux.files, { ...edit, text: `${edit.text}A${index}` });
        for (const edit of turn.folding) editDisk(folding.files, { ...edit, text: `${edit.text}B${index}` });
        for (let round = 0; round < 3; round++) {
          for (const device of [linux, folding])
            expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
        }
        expect(byPath(linux.files.tree())).toEqual(byPath(serviceTree(service)));
        expect(trueTree(folding)).toEqual(byPath(serviceTree(service)));
        if (turn.forgets) folding.forgetState();
      }
    }),
    { numRuns: propertyCases(1000) },
  );
}, 600_000);
