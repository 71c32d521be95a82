import { UnavailableError } from '../../client/src/api/unavailable-error.ts';
import type { Chance } from './chance.ts';
import type { EngineProcess } from './engine-process.ts';
import type { SimulatedDevice, World } from './simulated-device.ts';

const RECONNECT_MS = { least: 1000, most: 15_000 };
/** Time after which a device finds out that its connection is dead. */
const PING_MS = { least: 60_000, most: 300_000 };
/** Time from a hint to the look that it causes. */
const HINT_MS_MAX = 200;

/** The WebSocket of one process of a device: opened with a ticket, and again when it ends. What comes through is a hint. */
export class DeviceSocket {
  isOpen = false;
  readonly #world: World;
  readonly #device: SimulatedDevice;
  readonly #process: EngineProcess;
  readonly #chance: Chance;
  #connections = 0;

  constructor(
    world: World,
    own: { readonly device: SimulatedDevice; readonly process: EngineProcess; readonly chance: Chance },
  ) {
    this.#world = world;
    this.#device = own.device;
    this.#process = own.process;
    this.#chance = own.chance;
  }

  async open(): Promise<void> {
    const { service, network, stage } = this.#world;
    const device = this.#device;
    this.#connections += 1;
    const connectionId = `${device.name}-${this.#chance.uint32()}-${this.#connections}`;
    let isLetIn = false;
    try {
      const ticket = await this.#process.api.openSocket({ body: {} });
      if (ticket.ok && device.isOnline()) {
        isLetIn = await service.openSocket({
          connectionId,
          url: ticket.value.url,
          receive: () =>
            network.push(device, () => {
              if (this.#process.isAlive) device.want(this.#chance.fraction() * HINT_MS_MAX);
            }),
          closed: () => {
            this.isOpen = false;
          },
        });
      }
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
    }
    if (!this.#process.isAlive) return;
    stage.tell(device.name, () => (isLetIn ? 'socket open' : 'no socket'));
    this.isOpen = isLetIn;
    // Whoever connects looks: a push may have come before the connection stood.
    if (isLetIn) device.want(0);
    this.#openLater(connectionId, isLetIn ? PING_MS : RECONNECT_MS);
  }

  /** Finds out after a while whether the connection still stands. */
  #openLater(connectionId: string, { least, most }: { readonly least: number; readonly most: number }): void {
    const { service, stage } = this.#world;
    stage.scheduler.after(this.#chance.between(least, most), () => {
      if (!this.#process.isAlive) {
        service.stores.pusher.drop(connectionId);
      } else if (this.isOpen && this.#device.isOnline()) {
        this.#openLater(connectionId, PING_MS);
      } else {
        service.stores.pusher.drop(connectionId);
        this.isOpen = false;
        void this.open();
      }
    });
  }
}
