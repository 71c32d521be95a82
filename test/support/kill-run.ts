import assert from 'node:assert/strict';
import type { KillScenario } from './kill-scenarios.ts';
import { KillableDevice, type KillableDisk } from './killable-device.ts';
import { ModelService, nameBytes } from './model-service.ts';
import { ServiceUser } from './service-user.ts';
import type { FaultPlan } from './simulated-process.ts';
import { MemoryStateStore, serviceTree } from './sync-world.ts';

/** How a device ends, and what it has when it starts again. */
export interface Death {
  /** The call at which its process is killed, counted from 1. */
  readonly call: number;
  readonly moment: 'killed-before' | 'killed-after';
  /** The power fails, too, and this decides what is lost. Undefined: the process alone dies, and nothing is. */
  readonly powerSeed: string | undefined;
  readonly database: 'kept' | 'lost' | 'rolled-back';
}

type Tree = ReadonlyMap<string, string | undefined>;

/** A scenario on one kind of disk: what it ends in when nothing goes wrong, and the calls that it takes. */
export interface KillCase {
  readonly scenario: KillScenario;
  readonly disk: KillableDisk;
  readonly calls: readonly string[];
  /** The disk before the sync, and after it. */
  readonly before: Tree;
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

export async function makeKillWorld(scenario: KillScenario, disk: KillableDisk): Promise<KillWorld> {
  const service = new ModelService();
  const device = await KillableDevice.link(service, disk);
  const there = new ServiceUser(service);
  if (scenario.agreed !== undefined) {
    scenario.agreed(device.user, there);
    await syncToRest(device);
  }
  scenario.happens(device.user, there);
  device.disk.volume.advance(1000);
  device.restart();
  const written = new Set(textsOf(device.user.tree()));
  for (const bytes of service.contents.values()) written.add(Buffer.from(bytes).toString());
  return { service, device, written };
}

export async function runUndisturbed(scenario: KillScenario, disk: KillableDisk): Promise<KillCase> {
  const world = await makeKillWorld(scenario, disk);
  const before = world.device.user.tree();
  await syncToRest(world.device);
  assertSame(world);
  const { device } = world;
  const calls = device.process.log.map(({ name, path }) => `${name} ${path}`);
  return { scenario, disk, calls, before, tree: device.user.tree(), executables: executables(device) };
}

/** A defect shows at many calls; the first ones tell enough. */
const FAILURES_MAX = 5;

/** Runs all of the ways in which a case can go wrong; answers what did not end well, each with what replays it. */
export async function attempt<T extends { readonly call: number }>(
  kill: KillCase,
  ways: readonly T[],
  run: (kill: KillCase, way: T) => Promise<void>,
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const way of ways) {
    if (failures.length === FAILURES_MAX) break;
    try {
      await run(kill, way);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      failures.push(`${kill.calls[way.call - 1] ?? ''} ${JSON.stringify(way)}: ${message}`);
    }
  }
  return failures;
}

/** Interrupts the sync of a scenario, starts again, and demands that nothing was lost and both sides come to rest. */
export async function dieAndRecover(kill: KillCase, death: Death): Promise<void> {
  const world = await makeKillWorld(kill.scenario, kill.disk);
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
    assert.deepEqual(device.user.tree(), kill.tree, 'it ends as if nothing had happened');
    assert.deepEqual(executables(device), kill.executables, 'it ends as if nothing had happened');
  }
  const journal = world.service.journal.length;
  const tree = device.user.tree();
  await syncToRest(device);
  assert.deepEqual([world.service.journal.length, device.user.tree()], [journal, tree], 'at rest it stays at rest');
}

/** How the disk fails: at one call, or from that call on until somebody repairs it. */
export interface Failure {
  readonly call: number;
  readonly fault: 'EIO' | 'ENOSPC' | 'EACCES' | 'short';
  readonly isLasting: boolean;
  /** What comes before the next sync, with a sound disk. */
  readonly next: 'go-on' | 'restart' | 'power-failure';
}

/** Lets the disk fail in the sync of a scenario, and demands that this is told, nothing is lost, and the next sync comes to rest. */
export async function failAndRecover(kill: KillCase, failure: Failure): Promise<void> {
  const world = await makeKillWorld(kill.scenario, kill.disk);
  const { device } = world;
  device.process.faults = ({ number, name }) => {
    const isTime = failure.isLasting ? number >= failure.call : number === failure.call;
    return isTime && MAY_FAIL[failure.fault].test(name) ? failure.fault : undefined;
  };
  const { kind, problems } = await device.sync();
  device.process.faults = () => undefined;
  assertWhole(world);
  assertKept(world);
  // What is left undone is told.
  if (kind === 'rested' && problems.length === 0) assertEnding(world, kill, failure);
  assert.ok(kind !== 'unrested' || problems.length > 0, 'it is told why there is no rest');
  if (failure.next === 'power-failure') device.disk.crash(`${failure.call}`);
  assertWhole(world);
  if (failure.next !== 'go-on') device.restart();
  await syncToRest(device);
  assertSame(world);
  assertKept(world);
  assertEnding(world, kill, failure);
}

/** A folder of which it is not known what it holds is not deleted with the others; every file is as it would be otherwise. */
function assertEnding({ device }: KillWorld, ending: KillCase, { call }: Pick<Failure, 'call'>): void {
  const isListing = /^(readdir|lstat|readFile|realpath) /.test(ending.calls[call - 1] ?? '');
  const files = (tree: Tree) => new Map([...tree].filter(([, text]) => !isListing || text !== undefined));
  assert.deepEqual(files(device.user.tree()), files(ending.tree), 'it ends as if nothing had happened');
  assert.deepEqual(executables(device), ending.executables, 'it ends as if nothing had happened');
}

/** Calls that may answer so, and those that may do half. Reading and writing of the database and the service are no calls of this disk. */
const MAY_FAIL: Readonly<Record<Failure['fault'], RegExp>> = {
  EIO: /^(?!save|commit)/,
  ENOSPC: /^(mkdir|open|fwrite|ftruncate|link|rename|fsync)$/,
  EACCES: /^(open|mkdir|rename|link|unlink|readdir|lstat|readFile|realpath)$/,
  short: /^(fread|fwrite)$/,
};

function textsOf(tree: Tree): ReadonlySet<string> {
  return new Set([...tree.values()].filter((text) => text !== undefined));
}

export async function syncToRest(device: KillableDevice): Promise<void> {
  const { kind, problems } = await device.sync();
  assert.deepEqual({ kind, problems }, { kind: 'rested', problems: [] }, 'the sync comes to rest');
}

export function assertSame({ device, service }: KillWorld): void {
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
