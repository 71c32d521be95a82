import { mkdtempSync, rmSync } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change, ChangeType, Node, NodeId } from '@syncline/protocol';
import { LiveDevice } from './live-device.ts';
import { ModelService } from './model-service.ts';
import { serviceTree } from './sync-world.ts';

/** What has not come to rest by then does not. No test passes by waiting: this only ends one that fails. */
const SETTLE_MS_MAX = 120_000;
/** Pause between two looks at devices that still work. */
const LOOK_MS = 25;
/** Differences that a failure shows. */
const SHOWN_MAX = 20;

/** By path: the text of a file, undefined for a folder. */
export type TextTree = ReadonlyMap<string, string | undefined>;

export interface SettledOptions {
  /** Paths on a disk that are not synced, and are in nobody else's tree. */
  readonly localOnly?: readonly string[];
  /** Problems that have to stand on some device, as `reason path`. @default none */
  readonly problems?: readonly string[];
}

/** Devices with real folders that run beside each other, and the model that they sync with. */
export class LiveWorld {
  readonly service = new ModelService();
  readonly directory = mkdtempSync(join(tmpdir(), 'syncline-live-'));
  readonly devices: LiveDevice[] = [];

  async link(): Promise<LiveDevice> {
    const { service, directory } = this;
    const number = this.devices.length + 1;
    const device = await LiveDevice.link({ service, directory, number, onCommitted: () => this.hint() });
    this.devices.push(device);
    return device;
  }

  /** Tells every device that the namespace may have changed, as the service does after each commit. */
  hint(): void {
    for (const device of this.devices) device.hints.give();
  }

  /**
   * Waits until all devices that run have come to rest with the tree of the service, and another sync of each changes nothing.
   * Answers that tree. @throws Error that says what differs, when it does not come to that.
   */
  async settled(options: SettledOptions = {}): Promise<TextTree> {
    const endMs = performance.now() + SETTLE_MS_MAX;
    for (;;) {
      const before = this.service.journal.length;
      let trouble = await this.#trouble(options);
      if (trouble === undefined) {
        await Promise.all(this.#running().map(({ loop }) => loop.syncNow()));
        trouble = await this.#trouble(options);
        if (trouble === undefined && this.service.journal.length === before) return serviceTree(this.service);
      }
      if (performance.now() > endMs) throw new Error(`the devices did not come to rest:\n${trouble ?? 'they go on'}`);
      await new Promise((resolve) => void setTimeout(resolve, LOOK_MS));
    }
  }

  /** The node that stands at a path. */
  nodeAt(path: string): Node | undefined {
    let parentId: NodeId = this.service.rootId;
    let found: Node | undefined;
    for (const name of path.split('/')) {
      const here: NodeId = parentId;
      found = this.service.list(here).find((node) => node.parentId === here && node.name === name);
      if (found === undefined) return undefined;
      parentId = found.nodeId;
    }
    return found;
  }

  /** What has happened to the node that stands at a path. */
  history(path: string): readonly ChangeType[] {
    const node = this.nodeAt(path);
    return this.service.journal.filter((change) => change.node.nodeId === node?.nodeId).map(({ type }) => type);
  }

  /** What happened at the service since it had so many entries, as `type name`. */
  since(entries: number): readonly string[] {
    return this.service.journal.slice(entries).map(({ type, node }: Change) => `${type} ${node.name}`);
  }

  async close(): Promise<void> {
    try {
      for (const device of this.devices) await device.stop();
    } finally {
      rmSync(this.directory, { recursive: true, force: true });
    }
  }

  #running(): readonly LiveDevice[] {
    return this.devices.filter((device) => device.isRunning);
  }

  /** Why the devices are not at rest; undefined when they are. */
  async #trouble({ localOnly = [], problems = [] }: SettledOptions): Promise<string | undefined> {
    const running = this.#running();
    const head = this.service.journal.length;
    const busy = running.map((device) => device.status()).filter(({ state, seq }) => state !== 'idle' || seq !== head);
    if (busy.length > 0) return `the service is at ${head}\n${JSON.stringify(busy)}`;
    const expected = serviceTree(this.service);
    for (const [index, device] of running.entries()) {
      const found = new Map(await readTextTree(device.root));
      for (const path of localOnly) found.delete(path);
      const differing = differences(expected, found);
      if (differing.length > 0) return `device ${index + 1} has not what the service has:\n${differing.join('\n')}`;
    }
    const standing = running.flatMap((device) =>
      device.status().problems.map(({ reason, path }) => `${reason} ${path}`),
    );
    const [wanted, seen] = [problems.toSorted().join('\n'), standing.toSorted().join('\n')];
    return wanted === seen ? undefined : `the problems are\n${seen}\ninstead of\n${wanted}`;
  }
}

/** Runs a story with devices that have started, and ends them after it. */
export async function withLiveWorld(
  count: number,
  story: (world: LiveWorld, devices: readonly [LiveDevice, LiveDevice, ...LiveDevice[]]) => Promise<void>,
): Promise<void> {
  const world = new LiveWorld();
  try {
    const [a, b] = [await world.link(), await world.link()];
    const more: LiveDevice[] = [];
    for (let device = 2; device < count; device++) more.push(await world.link());
    for (const device of world.devices) device.start();
    await world.settled();
    await story(world, [a, b, ...more]);
  } finally {
    await world.close();
  }
}

/** Files and folders of a disk but Syncline's own; links and what is neither are left out, and so is what goes away meanwhile. */
export async function readTextTree(root: string): Promise<TextTree> {
  const tree: [string, string | undefined][] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const listed = readdir(join(root, folder));
    for (const name of await (folder === '' ? listed : listed.catch(() => []))) {
      const path = join(folder, name);
      if (path === '.syncline') continue;
      const stat = await lstat(join(root, path)).catch(() => undefined);
      if (stat?.isDirectory() === true) {
        folders.push(path);
        tree.push([path, undefined]);
      }
      const text = stat?.isFile() === true ? await readFile(join(root, path), 'utf8').catch(unlessGone) : undefined;
      if (text !== undefined) tree.push([path, text]);
    }
  }
  return new Map(tree.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function differences(expected: TextTree, found: TextTree): readonly string[] {
  const lines: string[] = [];
  for (const path of new Set([...expected.keys(), ...found.keys()])) {
    if (lines.length >= SHOWN_MAX) break;
    const isBoth = expected.has(path) && found.has(path);
    if (!isBoth) lines.push(`${JSON.stringify(path)} is ${found.has(path) ? 'too much' : 'missing'}`);
    else if (expected.get(path) !== found.get(path)) lines.push(`${JSON.stringify(path)} has another content`);
  }
  return lines;
}

function unlessGone(failure: NodeJS.ErrnoException): undefined {
  if (failure.code !== 'ENOENT') throw failure;
}
