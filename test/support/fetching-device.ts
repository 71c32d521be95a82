import { epochMs, MINUTE_MS } from '@syncline/protocol';
import { localNames } from '../../client/src/engine/local-names.ts';
import type { Clock } from '../../client/src/engine/ports.ts';
import { SyncEngine, type SyncOutcome } from '../../client/src/engine/sync-engine.ts';
import { AheadFetches } from '../../client/src/sync/ahead-fetches.ts';
import { createApiRemote } from '../../client/src/sync/api-remote.ts';
import { ManualClock } from '../../client/test/manual-clock.ts';
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
/** Turns of the event loop after which everything that needs no time has happened. */
const TURNS = 50;

/** What of a device outlives its process. */
export interface KeptState {
  readonly files: MemoryFileSystem;
  readonly store: MemoryStateStore;
  readonly manifests: MemoryKnownManifests;
}

/** A device with the real engine, client and transfers on a disk in memory, which counts what it moves. */
export class FetchingDevice {
  readonly kept: KeptState;
  readonly client: InMemoryClient;
  readonly engine: SyncEngine;
  readonly ahead: AheadFetches;
  /** Time for what is fetched ahead, which passes only when a test lets it. */
  readonly clock = new ManualClock();
  isWelcome = true;
  freeBytes = Number.POSITIVE_INFINITY;
  readonly #service: InMemoryService;
  readonly #member: Member;
  #counted = 0;
  #connectionId: string | undefined;

  constructor(service: InMemoryService, member: Member, kept?: KeptState) {
    this.#service = service;
    this.#member = member;
    this.kept = kept ?? {
      files: new MemoryFileSystem(),
      store: new MemoryStateStore(),
      manifests: new MemoryKnownManifests(),
    };
    const { files, store, manifests } = this.kept;
    this.client = openInMemoryClient(service, member);
    const isChunk = (bytes: Uint8Array, ref: { readonly hash: string }): boolean => sha256Hex(bytes) === ref.hash;
    const { namespaceId, deviceId } = member;
    this.ahead = new AheadFetches(
      {
        ...this.client,
        clock: this.clock,
        files,
        manifests,
        isChunk,
        freeBytes: () => Promise.resolve(this.freeBytes),
      },
      { follows: () => true, isWelcome: () => this.isWelcome, bytesMin: 2 },
    );
    const { random } = service.stores;
    const remote = createApiRemote(this.client, {
      namespaceId,
      deviceId,
      signal: new AbortController().signal,
      isChunk,
      manifests,
      ahead: this.ahead,
      onBytes: () => undefined,
    });
    this.engine = new SyncEngine(
      { clock: STANDING_CLOCK, random: (count) => random.bytes(count), files, remote, store },
      { deviceName: member.deviceId, names: localNames('posix') },
    );
  }

  get files(): MemoryFileSystem {
    return this.kept.files;
  }

  sync(): Promise<SyncOutcome> {
    return this.engine.sync({ acceptDeletes: true });
  }

  /** Hears from now on what the service pushes to this device. */
  async connect(): Promise<void> {
    const { pusher, sockets, clock } = this.#service.stores;
    const { accountId, deviceId } = this.#member;
    const connectionId = deviceId;
    this.#connectionId = connectionId;
    pusher.open(connectionId, {
      receive: (message) => (message.type === 'progress' ? this.ahead.hear(message) : undefined),
      closed: () => undefined,
    });
    await sockets.putConnection({
      connectionId,
      accountId,
      deviceId,
      expiresAt: epochMs(clock.now() + MINUTE_MS * 60),
    });
  }

  /** Lets all that was heard have its consequences. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => void setImmediate(resolve));
  }

  /** Another process of this device, after this one was killed: what is on the disk is there. */
  async restart(): Promise<FetchingDevice> {
    await this.ahead.close();
    const next = new FetchingDevice(this.#service, this.#member, this.kept);
    if (this.#connectionId !== undefined) await next.connect();
    return next;
  }

  /** Chunks that were fetched and sent since this was asked last. */
  takeMoved(): { readonly fetched: number; readonly sent: number } {
    const moved = { ...this.client, sent: this.client.sent.slice(this.#counted) };
    this.#counted = this.client.sent.length;
    const gets = moved.sent.filter(({ method, url }) => method === 'GET' && url.startsWith('memory:'));
    return { fetched: gets.length, sent: objectPuts(moved).length };
  }
}
