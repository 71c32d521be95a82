import type { SimulatedDevice } from '../simulation/simulated-device.ts';
import { type AskedNetwork, DELTA } from './asked-network.ts';

const TICKET = 'POST /v1/socket';

/** What befell a device in a trouble that is over. */
interface Befallen {
  /** When its socket was cut; undefined where it stands. */
  readonly cutAtMs: number | undefined;
}

/** Which devices a trouble that is over still keeps from the service. */
export class DeviceReturns {
  /** When the last device had read what it missed; and when pushes reached the last one again. Infinite until then. */
  readAtMs = Number.POSITIVE_INFINITY;
  toldAtMs = Number.POSITIVE_INFINITY;
  readonly #network: AskedNetwork;
  readonly #unread: Map<SimulatedDevice, Befallen>;
  readonly #untold: Map<SimulatedDevice, Befallen>;

  constructor(network: AskedNetwork, befallen: ReadonlyMap<SimulatedDevice, Befallen>) {
    this.#network = network;
    this.#unread = new Map(befallen);
    this.#untold = new Map(befallen);
  }

  /** Strikes off who is back, and answers whether all are. */
  look(nowMs: number): boolean {
    for (const device of this.#unread.keys()) if (this.#hasRead(device)) this.#unread.delete(device);
    for (const [device, own] of this.#untold) if (this.#isTold(device, own)) this.#untold.delete(device);
    if (this.#unread.size === 0) this.readAtMs = Math.min(this.readAtMs, nowMs);
    if (this.#untold.size === 0) this.toldAtMs = Math.min(this.toldAtMs, nowMs);
    return this.#unread.size === 0 && this.#untold.size === 0;
  }

  /** Whoever was refused has asked again, and was answered. */
  #hasRead(device: SimulatedDevice): boolean {
    return device.isRunning && this.#network.lastOf(device.name, DELTA)?.outcome !== 'failed';
  }

  /** A socket that was cut counts as one until somebody notices: another one has to stand. */
  #isTold(device: SimulatedDevice, { cutAtMs }: Befallen): boolean {
    if (!device.isConnected) return false;
    if (cutAtMs === undefined) return true;
    const ticket = this.#network.lastOf(device.name, TICKET);
    return ticket?.outcome === 'answered' && ticket.atMs >= cutAtMs;
  }
}
