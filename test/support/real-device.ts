import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { localNames } from '../../client/src/engine/local-names.ts';
import { SyncEngine, type SyncOutcome } from '../../client/src/engine/sync-engine.ts';
import { NodeFileSystem } from '../../client/src/platform/node/node-file-system.ts';
import { openStateStore } from '../../client/src/platform/node/open-state-store.ts';
import { writeRootMarker } from '../../client/src/platform/node/root-marker.ts';
import { engineClock } from '../../client/src/sync/engine-clock.ts';
import { modelRemote, type RemoteFaults } from './model-remote.ts';
import { type ModelDevice, type ModelService, modelDevice } from './model-service.ts';

/** A device with a real disk and a real database, and a model for the service. */
export class RealDevice {
  readonly root: string;
  readonly database: string;
  readonly faults: RemoteFaults = {};
  readonly #service: ModelService;
  readonly #device: ModelDevice;

  private constructor(service: ModelService, place: { readonly directory: string; readonly number: number }) {
    this.#service = service;
    this.#device = modelDevice(place.number);
    this.root = join(place.directory, `folder ${place.number}`);
    this.database = join(place.directory, `state ${place.number}.sqlite`);
  }

  static async link(
    service: ModelService,
    place: { readonly directory: string; readonly number: number },
  ): Promise<RealDevice> {
    const device = new RealDevice(service, place);
    mkdirSync(device.root, { recursive: true });
    await writeRootMarker(device.root, device.#marker());
    return device;
  }

  async sync(options: { readonly acceptDeletes: boolean } = { acceptDeletes: false }): Promise<SyncOutcome> {
    const store = openStateStore(this.database);
    try {
      return await this.#engine(store).sync(options);
    } finally {
      store.close();
    }
  }

  #engine(store: ReturnType<typeof openStateStore>): SyncEngine {
    return new SyncEngine(
      {
        clock: engineClock(new AbortController().signal),
        random: randomBytes,
        files: new NodeFileSystem({ root: this.root, marker: this.#marker(), today: () => '2026-01-31' }),
        remote: modelRemote(this.#service, this.#device, this.faults),
        store,
      },
      { deviceName: this.#device.deviceName, names: localNames('posix') },
    );
  }

  #marker() {
    const { namespaceId } = this.#service;
    return { folderId: this.#device.deviceName, deviceId: this.#device.deviceId, namespaceId };
  }
}
