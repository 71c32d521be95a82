import { MiB } from '@syncline/protocol';
import { type ApiClient, createApiClient } from '../../client/src/api/api-client.ts';
import type { EnginePorts, StateStore } from '../../client/src/engine/ports.ts';
import { createApiRemote } from '../../client/src/sync/api-remote.ts';
import { TransferGate } from '../../client/src/transfers/transfer-gate.ts';
import { sha256Hex } from '../support/in-memory-member.ts';
import { IN_MEMORY_URL, inMemoryTokens } from '../support/in-memory-transport.ts';
import type { Chance } from './chance.ts';
import type { PortCall } from './device-disk.ts';
import type { SimulatedDevice, World } from './simulated-device.ts';

/** Usual time of one call of a disk, in simulated ms. */
const DISK_MS_MAX = 3;

/** Something that happens in the n-th call of a port from now, before the call is made or after it. */
export interface Ambush {
  readonly calls: number;
  readonly when: 'before' | 'after';
  readonly act: () => void;
}

/** Ends the engine where it dies inside a call that answers at once. */
class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * One process of the engine: its ports. Once it is dead nothing that it waits for comes, and nothing that it asks for is done; what
 * was under way in the network goes on without it.
 */
export class EngineProcess {
  readonly ports: EnginePorts;
  readonly api: ApiClient;
  isAlive = true;
  readonly #world: World;
  readonly #device: SimulatedDevice;
  readonly #chance: Chance;
  readonly #onDeath: () => void;
  #ambushes: { callsLeft: number; readonly ambush: Ambush }[] = [];

  constructor(
    world: World,
    own: { readonly device: SimulatedDevice; readonly chance: Chance; readonly onDeath: () => void },
  ) {
    this.#world = world;
    this.#device = own.device;
    this.#chance = own.chance;
    this.#onDeath = own.onDeath;
    const { member } = own.device;
    const clock = {
      now: () => own.device.clock.now(),
      today: () => new Date(own.device.clock.now()),
      sleep: (ms: number) => this.#whileAlive(world.stage.scheduler.sleep(ms)),
    };
    const random = (): number => this.#chance.fraction();
    const network = world.network.transportOf(own.device);
    const transport: typeof network = {
      send: (request) =>
        this.#call({ name: request.method, path: nameOf(request), delayMs: 0 }, () => network.send(request)),
    };
    const { deviceId, subject, namespaceId } = member;
    this.api = createApiClient({
      baseUrl: IN_MEMORY_URL,
      transport,
      tokens: inMemoryTokens(subject),
      deviceId,
      clock,
      random,
    });
    const gate = new TransferGate({ tasksMax: 8, bytesMax: 64 * MiB });
    const transfers = { api: this.api, transport, gate, clock, random };
    this.ports = {
      clock,
      random: (count) => this.#chance.bytes(count),
      files: own.device.disk.files(this.#diskCall()),
      remote: createApiRemote(transfers, {
        namespaceId,
        signal: new AbortController().signal,
        isChunk: (bytes, ref) => sha256Hex(bytes) === ref.hash,
        onBytes: () => undefined,
      }),
      store: this.#storeCalls(own.device.store),
    };
  }

  lieInWait(ambush: Ambush): void {
    this.#ambushes.push({ callsLeft: ambush.calls, ambush });
  }

  /** Takes back everything that lies in wait. */
  spare(): void {
    this.#ambushes = [];
  }

  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#onDeath();
  }

  #diskCall(): PortCall {
    return (name, path, call) => this.#call({ name, path, delayMs: this.#chance.fraction() * DISK_MS_MAX }, call);
  }

  #call<T>(
    { name, path, delayMs }: { readonly name: string; readonly path: string; readonly delayMs: number },
    call: () => Promise<T>,
  ): Promise<T> {
    const { scheduler } = this.#world.stage;
    return new Promise((resolve, reject) => {
      scheduler.after(delayMs, () => {
        if (!this.isAlive || this.#dies('before', `${name} ${path}`)) return;
        this.#world.stage.tell(this.#device.name, () => `${name} ${path}`);
        this.#disturb(path);
        call().then(
          (answer) => {
            if (!this.isAlive || this.#dies('after', `${name} ${path}`)) return undefined;
            this.#disturb(path);
            return resolve(answer);
          },
          (error: unknown) => (this.isAlive ? reject(error) : undefined),
        );
      });
    });
  }

  #storeCalls(store: StateStore): StateStore {
    return {
      load: () => store.load(),
      save: (difference) => {
        if (!this.isAlive || this.#dies('before', 'save')) throw new Killed();
        store.save(difference);
        if (this.#dies('after', 'save')) throw new Killed();
      },
    };
  }

  /** Somebody works on the disk just now. */
  #disturb(path: string): void {
    if (this.#world.stage.faults.strikes('live-edit')) this.#device.edit(path);
  }

  /** Lets happen what lies in wait here. Whether the process is dead then. */
  #dies(when: Ambush['when'], where: string): boolean {
    for (const waiting of this.#ambushes) {
      if (waiting.ambush.when !== when) continue;
      waiting.callsLeft -= 1;
      if (waiting.callsLeft !== 0) continue;
      this.#world.stage.tell(this.#device.name, () => `${when} ${where}:`);
      waiting.ambush.act();
    }
    return !this.isAlive;
  }

  #whileAlive<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => (this.isAlive ? resolve(value) : undefined),
        (error: unknown) => (this.isAlive ? reject(error) : undefined),
      );
    });
  }
}

/** What a request is about, for the trace. */
function nameOf({ url, body }: { readonly url: string; readonly body?: Uint8Array | string }): string {
  return url.startsWith('memory:')
    ? 'object'
    : `${url.slice(IN_MEMORY_URL.length, 60)} ${typeof body === 'string' ? body : ''}`;
}
