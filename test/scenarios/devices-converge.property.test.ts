import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { aFault, type Fault, syncWithFault } from '../support/faulty-sync.ts';
import { handlersSyncService } from '../support/handlers-sync-service.ts';
import { propertyCases } from '../support/property-runs.ts';
import { anEdit, type Edit, editDisk } from '../support/random-edits.ts';
import { modelSyncService, SyncDevice, type SyncService } from '../support/sync-world.ts';

type Doing =
  | { readonly type: 'edit'; readonly device: number; readonly edit: Edit }
  | { readonly type: 'sync'; readonly device: number; readonly fault: Fault; readonly edit: Edit }
  | { readonly type: 'forget-state'; readonly device: number };

const DEVICES = 3;
/** Turns of all devices, one after the other, in which they have to come to rest. */
const TURNS_MAX = 6;

const device = fc.nat(DEVICES - 1);
const aDoing: fc.Arbitrary<Doing> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('edit'), device, edit: anEdit }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('sync'), device, fault: aFault, edit: anEdit }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('forget-state'), device }) },
);

async function runHistory(service: SyncService, history: readonly Doing[]): Promise<void> {
  const devices = Array.from({ length: DEVICES }, (_, index) => new SyncDevice(service, index + 1));
  const written = new Set<string>();
  for (const [index, doing] of history.entries()) {
    const actor = devices[doing.device];
    if (actor === undefined) continue;
    const mark = `@${index}`;
    if (doing.type === 'edit') editDisk(actor.files, { ...doing.edit, text: doing.edit.text + mark });
    else if (doing.type === 'forget-state') actor.forgetState();
    else await syncWithFault(actor, { ...doing, edit: { ...doing.edit, text: `${doing.edit.text}${mark}` } });
  }
  for (const actor of devices) {
    for (const text of actor.files.tree().values()) if (text !== undefined) written.add(text);
  }
  await settle(devices);
  const [first] = devices;
  const tree = first?.files.tree() ?? new Map<string, string>();
  for (const actor of devices) expect(actor.files.tree()).toEqual(tree);
  expect(await service.tree()).toEqual(tree);
  // What lies only in the trash of a device has never reached the others: that is lost.
  const present = new Set(tree.values());
  for (const text of written) expect(present.has(text) || (await service.hasCommitted(text))).toBe(true);
}

async function settle(devices: readonly SyncDevice[]): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    let isQuiet = true;
    for (const actor of devices) {
      const outcome = await actor.sync();
      expect(outcome).toMatchObject({ kind: 'rested', problems: [] });
      isQuiet &&= outcome.counts.changedLocal + outcome.counts.changedRemote === 0;
    }
    if (isQuiet) return;
  }
  throw new Error('the devices do not come to rest');
}

const RUNS = propertyCases(1000);

test('any history of edits, syncs and faults on three devices ends in one tree, and nothing is lost: the model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aDoing, { maxLength: 40, size: 'max' }), (history) =>
      runHistory(modelSyncService(), history),
    ),
    { numRuns: RUNS },
  );
}, 600_000);

test('any history of edits, syncs and faults on three devices ends in one tree, and nothing is lost: the handlers', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aDoing, { maxLength: 40, size: 'max' }), (history) =>
      runHistory(handlersSyncService(), history),
    ),
    { numRuns: Math.ceil(RUNS / 20) },
  );
}, 600_000);
