import { expect, test } from '@jest/globals';
import { epochMs } from '@syncline/protocol';
import { localNames } from '../../client/src/engine/local-names.ts';
import { SyncEngine } from '../../client/src/engine/sync-engine.ts';
import { NodeFileSystem } from '../../client/src/platform/node/node-file-system.ts';
import { writeRootMarker } from '../../client/src/platform/node/root-marker.ts';
import { DiskUser } from '../support/disk-user.ts';
import { modelRemote } from '../support/model-remote.ts';
import { ModelService, modelDevice } from '../support/model-service.ts';
import { ServiceUser } from '../support/service-user.ts';
import { SimulatedDisk } from '../support/simulated-disk.ts';
import { SimulatedProcess } from '../support/simulated-process.ts';
import { SimulatedWatcher } from '../support/simulated-watcher.ts';
import { MemoryStateStore, serviceTree } from '../support/sync-world.ts';

const ROOT = '/synced';

/** A device that looks where its watcher says, and a person at the service. */
async function world() {
  const service = new ModelService();
  const device = modelDevice(1);
  const disk = new SimulatedDisk({ order: 'ordered' });
  disk.mkdir(ROOT);
  const process = new SimulatedProcess(disk);
  const marker = { folderId: 'folder', deviceId: device.deviceId, namespaceId: service.namespaceId };
  await writeRootMarker(ROOT, marker, process.calls);
  const watcher = new SimulatedWatcher(disk, { root: ROOT, mode: 'exact' });
  let drawn = 0;
  const engine = new SyncEngine(
    {
      clock: {
        now: () => epochMs(disk.volume.nowMs()),
        today: () => new Date(0),
        sleep: async (ms) => disk.volume.advance(ms),
        after: () => () => undefined,
      },
      random: (count) => {
        drawn += 1;
        return new Uint8Array(count).fill(drawn);
      },
      files: new NodeFileSystem({ root: ROOT, marker, today: () => '2026-01-31', calls: process.calls, watcher }),
      remote: modelRemote(service, device),
      store: new MemoryStateStore(),
      watcher,
    },
    { deviceName: device.deviceName, names: localNames('posix') },
  );
  const sync = () => engine.sync({ acceptDeletes: true });
  return {
    service,
    disk,
    process,
    sync,
    here: new DiskUser(disk, { root: ROOT, careful: true }),
    there: new ServiceUser(service),
  };
}

test('files that swap places are the same two files when the disk refuses to take a name away in the middle', async () => {
  const { service, disk, process, sync, here, there } = await world();
  there.mkdir('d');
  there.mkdir('e');
  there.write('d/a', 'a');
  there.write('e/b', 'b');
  await sync();
  const ids = new Map(service.list().map(({ name, nodeId }) => [name, nodeId]));
  there.rename('d/a', 'aside');
  there.rename('e/b', 'd/a');
  there.rename('aside', 'e/b');
  disk.volume.advance(1000);
  let refusals = 0;
  process.faults = ({ name, path }) => {
    if (name !== 'rename' || path.includes('.syncline') || refusals > 0) return undefined;
    refusals += 1;
    return 'EIO';
  };
  await sync();
  expect(await sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(refusals).toBe(1);
  const swapped = new Map([
    ['d', undefined],
    ['d/a', 'b'],
    ['e', undefined],
    ['e/b', 'a'],
  ]);
  expect(here.tree()).toEqual(swapped);
  expect(serviceTree(service)).toEqual(swapped);
  expect(service.list().find(({ name }) => name === 'b')?.nodeId).toBe(ids.get('a'));
});
