import { expect, test } from '@jest/globals';
import { DAY_MS, epochMs, MINUTE_MS } from '@syncline/protocol';
import type { Clock } from '../../client/src/engine/ports.ts';
import { GivenHints } from '../support/given-hints.ts';
import { ModelService } from '../support/model-service.ts';
import { modelSyncService, SyncDevice, serviceTree } from '../support/sync-world.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

test('a file that was busy is read again soon, also when the clock is put back meanwhile', async () => {
  const service = new ModelService();
  const device = new SyncDevice(modelSyncService(service), 1);
  const time = new VirtualClock();
  let offsetMs = 0;
  const clock: Clock = {
    now: () => epochMs(time.now() + offsetMs),
    today: () => time.today(),
    sleep: (ms) => time.sleep(ms),
    after: (ms, callback) => time.after(ms, callback),
  };
  const loop = await device.loop({ clock, hints: new GivenHints() });
  const ended = loop.run();
  await time.pass(1000);
  let edits = 0;
  device.faults.onSent = () => {
    edits += 1;
    device.files.write('f', `edit ${edits}`);
  };
  device.files.write('f', 'first');
  await time.pass(2000);
  expect(loop.status().problems).toMatchObject([{ path: 'f', reason: 'busy' }]);
  device.faults.onSent = undefined;
  offsetMs = -15 * DAY_MS;
  await time.pass(10 * MINUTE_MS);
  expect(loop.status()).toMatchObject({ state: 'idle', problems: [] });
  expect(serviceTree(service).get('f')).toBe(`edit ${edits}`);
  await loop.stop();
  await ended;
});
