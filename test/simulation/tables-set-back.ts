import { DAY_MS, type EpochMs } from '@syncline/protocol';
import type { MemoryObjectStore } from '../../lambdas/chunks/memory-object-store.ts';
import type { RetainedContents } from './retained-contents.ts';
import type { SimulatedDevice, World } from './simulated-device.ts';
import type { SimulatedPerson } from './simulated-person.ts';

/** Whoever asks for changes. */
type Asker = Pick<SimulatedPerson, 'name' | 'member'>;

/** How far tables can be set back: so long the sweep lets lie what is needed no more. */
const RECOVERY_MS = 35 * DAY_MS;

/** A later moment of the same history. The tables are lost then; the bucket is there, and so is what people's devices know and have. */
export interface LaterMoment {
  readonly bucket: MemoryObjectStore;
  readonly now: EpochMs;
  /** By the names of who asks. */
  readonly cursors: ReadonlyMap<string, string>;
  readonly devices: readonly SimulatedDevice[];
}

/** How things are now, for a world that will be set back to an earlier moment of this one. */
export async function laterMoment(
  { service }: World,
  { people, devices }: Pick<LaterMoment, 'devices'> & { readonly people: readonly Asker[] },
): Promise<LaterMoment> {
  const cursors = new Map<string, string>();
  for (const { name, member } of people) {
    const answer = await service.inMemory.invoke('getCursor', {}, member);
    if (answer.ok) cursors.set(name, answer.value.cursor);
  }
  return { bucket: service.stores.objects, now: service.clock.now(), cursors, devices };
}

/** What an operator does whose tables are set back: raises every epoch, so that no cursor from the lost time is gone on with. */
function raiseEpochs({ service }: World): void {
  const { namespaces } = service.stores;
  for (const { namespaceId, epoch } of namespaces.listHeads()) namespaces.changeHead(namespaceId, { epoch: epoch + 1 });
}

/**
 * Lets this world be what the later moment finds when its tables are set back to now: the same tables; the bucket, the time and the devices of then. I-24: all
 * that the tables retain can be read, nobody who was further goes on in silence, and no device loses what it has to that.
 */
export async function setTablesBack(
  world: World,
  later: LaterMoment,
  own: {
    readonly retained: Pick<RetainedContents, 'checkStored'>;
    readonly people: readonly Asker[];
    readonly devices: readonly SimulatedDevice[];
  },
): Promise<void> {
  const { stage, service } = world;
  const { retained, people, devices } = own;
  stage.tell('service', () => 'the tables are set back, the bucket is not');
  service.stores.objects.adopt(later.bucket);
  raiseEpochs(world);
  for (const [index, device] of devices.entries()) {
    const known = later.devices[index];
    if (known !== undefined) device.takeOver(known);
  }
  await retained.checkStored();
  for (const { name, member } of people) {
    const cursor = later.cursors.get(name);
    if (cursor === undefined) continue;
    const answer = await service.inMemory.invoke('listChanges', { query: { cursor } }, member);
    stage.check(!answer.ok, 'I-24', () => `${name} goes on from a time that is no more`);
  }
}

/** Whether tables can be set back from a moment to this one. */
export function canBeSetBack({ service }: World, later: LaterMoment): boolean {
  return later.now - service.clock.now() <= RECOVERY_MS;
}
