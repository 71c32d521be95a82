import { epochMs } from '@syncline/protocol';
import { localNames } from '../../client/src/engine/local-names.ts';
import type { Clock } from '../../client/src/engine/ports.ts';
import { SyncEngine, type SyncOutcome } from '../../client/src/engine/sync-engine.ts';
import { createApiRemote } from '../../client/src/sync/api-remote.ts';
import { type InMemoryClient, objectPuts, openInMemoryClient } from './in-memory-client.ts';
import { type Member, sha256Hex } from './in-memory-member.ts';
import type { InMemoryService } from './in-memory-service.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { MemoryKnownManifests } from './memory-known-manifests.ts';
import { MemoryStateStore } from './sync-world.ts';

/** A moment that lasts. */
const STANDING_CLOCK: Clock = {
  now: () => epochMs(0),
  today: () => new Date(0),
  sleep: () => Promise.resolve(),
  after: () => () => undefined,
};

/** A device with the real engine, client and transfers on a disk in memory, which counts what it moves. */
export class FetchingDevice {
  readonly files = new MemoryFileSystem();
  readonly client: InMemoryClient;
  readonly engine: SyncEngine;
  #counted = 0;

  constructor(service: InMemoryService, member: Member) {
    this.client = openInMemoryClient(service, member);
    const { random } = service.stores;
    const { files } = this;
    const remote = createApiRemote(this.client, {
      namespaceId: member.namespaceId,
      signal: new AbortController().signal,
      isChunk: (bytes, ref) => sha256Hex(bytes) === ref.hash,
      manifests: new MemoryKnownManifests(),
      onBytes: () => undefined,
    });
    const store = new MemoryStateStore();
    this.engine = new SyncEngine(
      { clock: STANDING_CLOCK, random: (count) => random.bytes(count), files, remote, store },
      { deviceName: member.deviceId, names: localNames('posix') },
    );
  }

  sync(): Promise<SyncOutcome> {
    return this.engine.sync({ acceptDeletes: true });
  }

  /** Chunks that were fetched and sent since this was asked last. */
  takeMoved(): { readonly fetched: number; readonly sent: number } {
    const moved = { ...this.client, sent: this.client.sent.slice(this.#counted) };
    this.#counted = this.client.sent.length;
    const gets = moved.sent.filter(({ method, url }) => method === 'GET' && url.startsWith('memory:'));
    return { fetched: gets.length, sent: objectPuts(moved).length };
  }
}
