import assert from 'node:assert/strict';
import type { NameOrder } from './disk-journal.ts';
import type { KillScenario } from './kill-scenarios.ts';
import { KillableDevice } from './killable-device.ts';
import { ModelService, nameBytes } from './model-service.ts';
import { ServiceUser } from './service-user.ts';
import type { FaultPlan } from './simulated-process.ts';
import { MemoryStateStore, serviceTree } from './sync-world.ts';

/** How a device ends, and what it has when it starts again. */
export interface Death {
  /** The call at which its process is killed, counted from 1. */
  readonly call: number;
  readonly moment: 'killed-before' | 'killed-after';
  readonly order: NameOrder;
  /** The power fails, too, and this decides what is lost. Undefined: the process alone dies, and nothing is. */
  readonly powerSeed: string | undefined;
  readonly database: 'kept' | 'lost' | 'rolled-back';
}

type Tree = ReadonlyMap<string, string | undefined>;

/** What a scenario ends in when nothing goes wrong, and the calls that it takes. */
export interface KillEnding {
  readonly calls: readonly string[];
  readonly tree: Tree;
  readonly executables: readonly string[];
}

/** A device and a service, at the moment before the sync that is to be interrupted. */
export interface KillWorld {
  readonly service: ModelService;
  readonly device: KillableDevice;
  /** Contents that people have written, on either side. */
  readonly written: ReadonlySet<string>;
}

export async function makeKillWorld(scenario: KillScenario, order: NameOrder): Promise<KillWorld> {
  const service = new ModelService();
  const device = await KillableDevice.link(service, { order });
  const there = new ServiceUser(service);
  if (scenario.agreed !== undefined) {
    scenario.agreed(device.user, there);
    await syncToRest(device);
  }
  scenario.happens(device.user, there);
  device.disk.volume.advance(1000);
  device.restart();
  const written = new Set([...device.user.tree().values()].filter((text) => text !== undefined));
  for (const bytes of service.contents.values()) written.add(Buffer.from(bytes).toString());
  return { service, device, written };
}

export async function runUndisturbed(scenario: KillScenario): Promise<KillEnding> {
  const world = await makeKillWorld(scenario, 'ordered');
  await syncToRest(world.device);
  assertSame(world);
  const { device } = world;
  const calls = device.process.log.map(({ name, path }) => `${name} ${path}`);
  return { calls, tree: device.user.tree(), executables: executables(device) };
}

/** Interrupts the sync of a scenario, starts again, and demands that nothing was lost and both sides come to rest. */
export async function dieAndRecover(scenario: KillScenario, ending: KillEnding, death: Death): Promise<void> {
  const world = await makeKillWorld(scenario, death.order);
  const { device } = world;
  const before = device.copyState();
  const plan: FaultPlan = ({ number }) => (number === death.call ? death.moment : undefined);
  assert.ok(await device.syncUntilKilled(plan), 'the call is made');
  if (death.powerSeed !== undefined) device.disk.crash(death.powerSeed);
  if (death.database === 'lost') device.setState(new MemoryStateStore());
  if (death.database === 'rolled-back') device.setState(before);
  assertWhole(world);
  device.restart();
  await syncToRest(device);
  assertSame(world);
  assertKept(world);
  // A database that knows too little takes more for conflicts than there are, which loses nothing.
  if (death.database === 'kept') {
    assert.deepEqual(device.user.tree(), ending.tree, 'it ends as if nothing had happened');
    assert.deepEqual(executables(device), ending.executables, 'it ends as if nothing had happened');
  }
  const journal = world.service.journal.length;
  const tree = device.user.tree();
  await syncToRest(device);
  assert.deepEqual([world.service.journal.length, device.user.tree()], [journal, tree], 'at rest it stays at rest');
}

async function syncToRest(device: KillableDevice): Promise<void> {
  const { kind, problems } = await device.sync();
  assert.deepEqual({ kind, problems }, { kind: 'rested', problems: [] }, 'the sync comes to rest');
}

function assertSame({ device, service }: KillWorld): void {
  assert.deepEqual(device.user.tree(), serviceTree(service), 'both sides have the same tree');
}

/** Every file has a content that somebody has written, and none is there in part. */
export function assertWhole({ device, written }: KillWorld): void {
  for (const [path, text] of device.user.tree()) {
    assert.ok(text === undefined || written.has(text), `${path} is no content that anybody wrote: ${text}`);
  }
}

/** Every content is still somewhere: on the disk, at the service as some revision, or in the trash. */
export function assertKept({ device, service, written }: KillWorld): void {
  const present = new Set([...device.user.tree().values(), ...device.user.trashed()]);
  const committed = new Set(service.journal.map(({ node }) => node.contentHash));
  for (const text of written) {
    assert.ok(present.has(text) || committed.has(nameBytes(Buffer.from(text))), `this content is lost: ${text}`);
  }
}

function executables(device: KillableDevice): readonly string[] {
  const files = [...device.user.tree()].filter(([, text]) => text !== undefined);
  return files.map(([path]) => path).filter((path) => device.user.isExecutable(path));
}
