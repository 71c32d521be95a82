import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { SyncEngine } from '../../client/src/engine/sync-engine.ts';
import { ModelService } from '../support/model-service.ts';
import { propertyCases } from '../support/property-runs.ts';
import { modelSyncService, SyncDevice, serviceTree } from '../support/sync-world.ts';

/** Two devices with a service that is set back to where its journal had so many entries. */
async function world() {
  const service = new ModelService();
  const sync = modelSyncService(service);
  const [a, b] = [new SyncDevice(sync, 1), new SyncDevice(sync, 2)];
  const settle = async (): Promise<void> => {
    for (const device of [a, b, a, b, a]) expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
    expect(a.files.tree()).toEqual(serviceTree(service));
    expect(b.files.tree()).toEqual(serviceTree(service));
  };
  return { service, a, b, settle };
}

const textsOf = (device: SyncDevice) => [...device.files.tree().values()].filter((text) => text !== undefined);

describe('a service that was set back to an earlier point', () => {
  test('gets again from the devices what it had lost, and takes nothing away from them', async () => {
    const { service, a, b, settle } = await world();
    a.files.write('old', 'old');
    a.files.write('edited', 'first');
    await settle();
    const point = service.journal.length;
    a.files.mkdir('folder');
    a.files.write('folder/new', 'new');
    a.files.write('edited', 'second');
    await settle();
    service.setBack(point);
    await settle();
    expect(a.files.tree().get('folder/new')).toBe('new');
    expect(textsOf(b)).toEqual(expect.arrayContaining(['old', 'first', 'second', 'new']));
    expect([...a.files.trashed.keys(), ...b.files.trashed.keys()]).toEqual([]);
  });

  test('what was deleted behind that point is there again, and what a device had deleted meanwhile comes back', async () => {
    const { service, a, b, settle } = await world();
    for (const name of ['deleted before', 'deleted since', 'left alone']) a.files.write(name, name);
    await settle();
    const point = service.journal.length;
    a.files.remove('deleted before');
    await settle();
    b.files.remove('deleted since');
    service.setBack(point);
    await settle();
    expect([...a.files.tree().keys()]).toEqual(['deleted before', 'deleted since', 'left alone']);
  });

  test('an engine that runs on notices it, too, also where the journal has grown beyond its cursor again', async () => {
    const { service, a, b } = await world();
    const engines: readonly SyncEngine[] = [await a.watchingEngine(), await b.watchingEngine()];
    const syncAll = async (): Promise<void> => {
      for (let turn = 0; turn < 3; turn++) {
        for (const engine of engines)
          expect(await engine.sync({ acceptDeletes: true })).toMatchObject({ kind: 'rested' });
      }
    };
    a.files.write('f', 'f');
    await syncAll();
    const point = service.journal.length;
    a.files.write('new', 'new');
    a.files.rename('f', 'renamed');
    await syncAll();
    service.setBack(point);
    for (const name of ['x', 'y', 'z']) b.files.write(name, name);
    await engines[1]?.sync({ acceptDeletes: true });
    expect(service.journal.length).toBeGreaterThan(point + 2);
    await syncAll();
    expect([...a.files.tree()]).toEqual([
      ['f', 'f'],
      ['new', 'new'],
      ['renamed', 'f'],
      ['x', 'x'],
      ['y', 'y'],
      ['z', 'z'],
    ]);
    expect(b.files.tree()).toEqual(a.files.tree());
  });

  test('what was noticed is not forgotten when the listing fails and the process ends', async () => {
    const { service, a, b, settle } = await world();
    a.files.write('old', 'old');
    await settle();
    const point = service.journal.length;
    a.files.write('new', 'new');
    await settle();
    service.setBack(point);
    for (const device of [a, b]) {
      device.faults.onList = () => {
        throw new Error('the process ends');
      };
      await expect(device.sync()).rejects.toThrow('the process ends');
      device.faults.onList = undefined;
    }
    await settle();
    expect(a.files.tree().get('new')).toBe('new');
  });
});

test('whatever happened before and behind that point, no content that stood on a disk is lost to it', async () => {
  const edit = fc.record({
    device: fc.constantFrom(0, 1),
    act: fc.constantFrom('write', 'write', 'remove', 'rename', 'mkdir'),
    name: fc.constantFrom('a', 'b', 'c', 'd/a', 'd/b'),
    to: fc.constantFrom('a', 'b', 'e', 'd/c'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(edit, { maxLength: 12 }),
      fc.array(edit, { maxLength: 12 }),
      fc.nat(),
      async (first, then, at) => {
        const { service, a, b, settle } = await world();
        let written = 0;
        const doEdit = ({ device, act, name, to }: (typeof first)[number]): void => {
          const { files } = [a, b][device] ?? a;
          const paths = files.tree();
          if (name.includes('/') && !paths.has('d')) files.mkdir('d');
          const text = paths.get(name);
          if (act === 'write') files.write(name, `text ${++written}`);
          else if (act === 'remove') files.remove(name);
          else if (act === 'rename' && text !== undefined && !paths.has(to) && (!to.includes('/') || paths.has('d'))) {
            files.rename(name, to);
          }
        };
        for (const one of first) {
          doEdit(one);
          await settle();
        }
        const point = service.journal.length === 0 ? 0 : at % service.journal.length;
        for (const one of then) doEdit(one);
        const there = new Set([...textsOf(a), ...textsOf(b)]);
        service.setBack(point);
        await settle();
        expect([...there].filter((text) => !textsOf(a).includes(text))).toEqual([]);
      },
    ),
    { numRuns: propertyCases(40) },
  );
});
