import type { Transport } from '../../client/src/api/transport.ts';
import type { EngineOptions } from '../../client/src/engine/engine-options.ts';
import { localNames } from '../../client/src/engine/local-names.ts';
import { SyncEngine } from '../../client/src/engine/sync-engine.ts';
import { createApiRemote } from '../../client/src/sync/api-remote.ts';
import { type InMemoryClient, openInMemoryClient } from './in-memory-client.ts';
import { join, sha256Hex } from './in-memory-member.ts';
import type { InMemoryService } from './in-memory-service.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { MemoryKnownManifests } from './memory-known-manifests.ts';
import { MemoryStateStore, STANDING_CLOCK } from './sync-world.ts';

export interface EngineDeviceOptions extends Pick<EngineOptions, 'largeFileBytes' | 'onRound'> {
  /** Its disk. @default an empty one */
  readonly files?: MemoryFileSystem;
  /** The way to the service and the store. */
  readonly network?: Transport;
  /** Told how many more bytes have been sent or fetched. */
  readonly onBytes?: (bytes: number) => void;
}

/** One device of one account: the real engine over a disk in memory, and the real client beside the real service. */
export class EngineDevice {
  readonly engine: SyncEngine;
  readonly client: InMemoryClient;
  readonly files: MemoryFileSystem;

  private constructor(engine: SyncEngine, client: InMemoryClient, files: MemoryFileSystem) {
    this.engine = engine;
    this.client = client;
    this.files = files;
  }

  static async open(
    service: InMemoryService,
    deviceName: string,
    { files = new MemoryFileSystem(), network, onBytes = () => undefined, ...options }: EngineDeviceOptions = {},
  ): Promise<EngineDevice> {
    const member = await join(service, 'ada', deviceName);
    const client = openInMemoryClient(service, member, network);
    const remote = createApiRemote(client, {
      namespaceId: member.namespaceId,
      deviceId: member.deviceId,
      signal: new AbortController().signal,
      isChunk: (bytes, ref) => sha256Hex(bytes) === ref.hash,
      manifests: new MemoryKnownManifests(),
      onBytes,
    });
    const random = (count: number): Uint8Array => service.stores.random.bytes(count);
    const engine = new SyncEngine(
      { clock: STANDING_CLOCK, random, files, remote, store: new MemoryStateStore() },
      { deviceName, names: localNames('posix'), ...options },
    );
    return new EngineDevice(engine, client, files);
  }

  /** What stands on its disk. */
  get names(): readonly string[] {
    return [...this.files.tree().keys()].toSorted();
  }

  /** Mass changes are meant. @throws UnavailableError */
  async sync() {
    const { kind, problems } = await this.engine.sync({ acceptDeletes: true });
    return { kind, problems: problems.map(({ path, reason }) => `${path}: ${reason}`).toSorted() };
  }
}
