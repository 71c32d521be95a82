import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UnavailableError } from '../../client/src/api/unavailable-error.ts';
import type { LoopStatus } from '../../client/src/engine/loop-status.ts';
import type { Remote } from '../../client/src/engine/ports.ts';
import { SyncLoop } from '../../client/src/engine/sync-loop.ts';
import type { DiskCalls } from '../../client/src/platform/node/disk-calls.ts';
import { nodeDiskCalls } from '../../client/src/platform/node/node-disk-calls.ts';
import { NodeFileSystem } from '../../client/src/platform/node/node-file-system.ts';
import { openFolderWatcher } from '../../client/src/platform/node/open-folder-watcher.ts';
import { openStateStore } from '../../client/src/platform/node/open-state-store.ts';
import { writeRootMarker } from '../../client/src/platform/node/root-marker.ts';
import { engineClock } from '../../client/src/sync/engine-clock.ts';
import { diskNames } from '../../client/src/sync/open-engine.ts';
import { GivenHints } from './given-hints.ts';
import { modelRemote, type RemoteFaults } from './model-remote.ts';
import { type ModelDevice, type ModelService, modelDevice } from './model-service.ts';

export interface LiveDeviceOptions {
  readonly service: ModelService;
  readonly directory: string;
  readonly number: number;
  /** Called after each of its commits. */
  readonly onCommitted: () => void;
}

/** The day of the trash of every device. */
export const TRASH_DAY = '2026-01-31';

/** A device that keeps a real folder in sync with a model of the service: real disk, real watcher, real database, real time. */
export class LiveDevice {
  readonly root: string;
  /** Operations of each of its commits, in their order. */
  readonly commits: number[] = [];
  readonly faults: RemoteFaults = {};
  readonly hints = new GivenHints();
  /** What it asks of the operating system; may be replaced while it is stopped. */
  calls: DiskCalls = nodeDiskCalls;
  readonly #options: LiveDeviceOptions;
  readonly #device: ModelDevice;
  readonly #database: string;
  #running: { readonly loop: SyncLoop; readonly close: () => Promise<void> } | undefined;

  private constructor(options: LiveDeviceOptions) {
    this.#options = options;
    this.#device = modelDevice(options.number);
    this.root = join(options.directory, `folder ${options.number}`);
    this.#database = join(options.directory, `state ${options.number}.sqlite`);
  }

  /** Linked, and not yet started. */
  static async link(options: LiveDeviceOptions): Promise<LiveDevice> {
    const device = new LiveDevice(options);
    mkdirSync(device.root, { recursive: true });
    await writeRootMarker(device.root, device.#marker());
    return device;
  }

  /** As when somebody deletes the database of a device that is stopped. */
  forgetState(): void {
    rmSync(this.#database);
  }

  /** The absolute place of a path in its folder. */
  at(...names: readonly string[]): string {
    return join(this.root, ...names);
  }

  get loop(): SyncLoop {
    if (this.#running === undefined) throw new Error(`${this.#device.deviceName} does not run`);
    return this.#running.loop;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  status(): LoopStatus {
    return this.loop.status();
  }

  start(): void {
    if (this.#running !== undefined) throw new Error(`${this.#device.deviceName} runs already`);
    const watcher = openFolderWatcher({ root: this.root });
    const store = openStateStore(this.#database);
    const ending = new AbortController();
    const files = new NodeFileSystem({
      root: this.root,
      marker: this.#marker(),
      today: () => TRASH_DAY,
      watcher,
      calls: this.calls,
    });
    const loop = new SyncLoop(
      {
        clock: engineClock(ending.signal),
        random: randomBytes,
        files,
        remote: this.#remote(),
        store,
        hints: this.hints,
        watcher,
      },
      {
        deviceName: this.#device.deviceName,
        names: diskNames(this.root),
        isUnavailable: (failure) => failure instanceof UnavailableError,
      },
    );
    const ended = loop.run();
    // Reported by `stop`, also when the loop ends long before.
    ended.catch(() => undefined);
    this.#running = {
      loop,
      close: async () => {
        await loop.stop();
        ending.abort();
        await watcher.close();
        store.close();
      },
    };
  }

  /** @throws whatever ended the loop before. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.close();
  }

  #remote(): Remote {
    const { service, onCommitted } = this.#options;
    const remote = modelRemote(service, this.#device, this.faults);
    return {
      ...remote,
      commit: async (operations) => {
        this.commits.push(operations.length);
        const answer = await remote.commit(operations);
        onCommitted();
        return answer;
      },
    };
  }

  #marker() {
    const { deviceName, deviceId } = this.#device;
    return { folderId: deviceName, deviceId, namespaceId: this.#options.service.namespaceId };
  }
}
