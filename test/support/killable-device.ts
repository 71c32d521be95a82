import { type EpochMs, epochMs } from '@syncline/protocol';
import { localNames } from '../../client/src/engine/local-names.ts';
import type { Remote, StateStore } from '../../client/src/engine/ports.ts';
import { SyncEngine, type SyncOutcome } from '../../client/src/engine/sync-engine.ts';
import { NodeFileSystem } from '../../client/src/platform/node/node-file-system.ts';
import { writeRootMarker } from '../../client/src/platform/node/root-marker.ts';
import { DiskUser } from './disk-user.ts';
import { modelRemote } from './model-remote.ts';
import { type ModelDevice, type ModelService, modelDevice } from './model-service.ts';
import { SimulatedDisk, type SimulatedDiskOptions } from './simulated-disk.ts';
import { type FaultPlan, KilledError, SimulatedProcess } from './simulated-process.ts';
import { MemoryStateStore } from './sync-world.ts';

export const ROOT = '/synced';
/** Time that a machine takes to start. */
const BOOT_MS = 20_000;

/** A disk, from which size on its files are transferred beside everything else, and which of the devices has it. */
export interface KillableDisk extends SimulatedDiskOptions {
  readonly largeFileBytes?: number;
  readonly number?: number;
}

/**
 * A device with the real disk adapter on a simulated disk: its process can be killed at every call of the disk, at every save of its
 * database and at every commit, and its power can fail.
 */
export class KillableDevice {
  readonly disk: SimulatedDisk;
  readonly user: DiskUser;
  readonly #service: ModelService;
  readonly #device: ModelDevice;
  readonly #number: number;
  #store = new MemoryStateStore();
  #process: SimulatedProcess;
  #engine: SyncEngine;
  #drawn = 0;
  #bootedAt: EpochMs;
  readonly #largeFileBytes: number | undefined;

  private constructor(
    service: ModelService,
    disk: SimulatedDisk,
    { largeFileBytes, number = 1 }: Pick<KillableDisk, 'largeFileBytes' | 'number'>,
  ) {
    this.#service = service;
    this.#largeFileBytes = largeFileBytes;
    this.#number = number;
    this.#device = modelDevice(number);
    this.disk = disk;
    this.user = new DiskUser(disk, { root: ROOT, careful: true });
    this.#bootedAt = epochMs(disk.volume.nowMs());
    this.#process = new SimulatedProcess(disk);
    this.#engine = this.#start();
  }

  static async link(service: ModelService, options: KillableDisk): Promise<KillableDevice> {
    const disk = new SimulatedDisk(options);
    disk.mkdir(ROOT);
    const device = new KillableDevice(service, disk, options);
    await writeRootMarker(ROOT, device.#marker(), device.#process.calls);
    device.user.mkdir('.syncline/staging');
    return device;
  }

  /** The process that the engine runs in; `restart` makes another one. */
  get process(): SimulatedProcess {
    return this.#process;
  }

  sync(): Promise<SyncOutcome> {
    return this.#engine.sync({ acceptDeletes: true });
  }

  /** Looks at the disk, as whoever tells of the folder and does not sync it. */
  look(): ReturnType<SyncEngine['plan']> {
    return this.#engine.plan({ offline: true });
  }

  /** Syncs until it ends or the process is killed; answers whether it was. */
  async syncUntilKilled(faults: FaultPlan): Promise<boolean> {
    this.#process.faults = faults;
    try {
      await this.sync();
    } catch (error) {
      if (!(error instanceof KilledError)) throw error;
    }
    return !this.#process.isAlive;
  }

  /** Another process takes over with what is on the disk and in the database. */
  restart(): void {
    this.#process.kill();
    this.#process = new SimulatedProcess(this.disk);
    this.#engine = this.#start();
  }

  /** The power fails and comes back; whatever happens to the disk before the engine looks at it comes after this. */
  losePower(seed: string): void {
    this.#process.kill();
    this.disk.crash(seed);
    this.reboot();
  }

  /** The machine is started anew. */
  reboot(): void {
    this.disk.volume.advance(BOOT_MS);
    this.#bootedAt = epochMs(this.disk.volume.nowMs());
    this.restart();
  }

  /** As when somebody deletes the database, or brings back an old one. */
  setState(store: MemoryStateStore): void {
    this.#store = store;
  }

  copyState(): MemoryStateStore {
    const { remote, synced, position } = this.#store.load();
    const byId = <T extends { nodeId: K }, K>(nodes: Iterable<T>) => new Map([...nodes].map((n) => [n.nodeId, n]));
    const copy = new MemoryStateStore();
    copy.save({ remote: byId(remote), synced: byId(synced), position });
    return copy;
  }

  #start(): SyncEngine {
    const process = this.#process;
    const { volume } = this.disk;
    return new SyncEngine(
      {
        clock: {
          now: () => epochMs(volume.nowMs()),
          today: () => new Date(0),
          sleep: async (ms) => volume.advance(ms),
          after: () => () => undefined,
        },
        random: (count) => this.#draw(count),
        files: new NodeFileSystem({
          root: ROOT,
          marker: this.#marker(),
          today: () => '2026-01-31',
          calls: process.calls,
          togetherMin: 2,
        }),
        remote: remoteOf(process, modelRemote(this.#service, this.#device)),
        store: storeOf(process, this.#store),
      },
      {
        deviceName: this.#device.deviceName,
        names: localNames('posix'),
        largeFileBytes: this.#largeFileBytes,
        bootedAt: this.#bootedAt,
      },
    );
  }

  #marker() {
    const { namespaceId } = this.#service;
    return { folderId: this.#device.deviceName, deviceId: this.#device.deviceId, namespaceId };
  }

  #draw(count: number): Uint8Array {
    this.#drawn += 1;
    const bytes = new Uint8Array(count).fill(this.#number);
    new DataView(bytes.buffer).setUint32(count - 4, this.#drawn);
    return bytes;
  }
}

function storeOf(process: SimulatedProcess, store: StateStore): StateStore {
  return {
    load: () => store.load(),
    save: (difference) => process.call({ name: 'save', path: '' }, () => store.save(difference)),
  };
}

/** A process that is dead asks nothing of the service, and hears no answer. */
function remoteOf(process: SimulatedProcess, remote: Remote): Remote {
  const whileAlive = async <T>(task: () => Promise<T>): Promise<T> => {
    process.demandLife();
    const answer = await task();
    process.demandLife();
    return answer;
  };
  return {
    namespaceId: remote.namespaceId,
    deviceId: remote.deviceId,
    openCursor: () => whileAlive(() => remote.openCursor()),
    listRoles: () => whileAlive(() => remote.listRoles()),
    listTree: (query) => whileAlive(() => remote.listTree(query)),
    listChanges: (cursor) => whileAlive(() => remote.listChanges(cursor)),
    listRevisions: (file) => whileAlive(() => remote.listRevisions(file)),
    commit: (operations) =>
      whileAlive(() => process.call({ name: 'commit', path: '' }, () => remote.commit(operations))),
    nameContent: (source, known) => whileAlive(() => remote.nameContent(source, known)),
    send: (sources) => whileAlive(() => remote.send(sources)),
    expect: (contents) => remote.expect(contents),
    takeAhead: (content) => whileAlive(() => remote.takeAhead(content)),
    fetch: (content) => whileAlive(() => remote.fetch(content)),
  };
}
