import { SECOND_MS } from '@syncline/protocol';
import type { SimulatedDevice } from '../simulation/simulated-device.ts';
import { type AskedNetwork, DELTA } from './asked-network.ts';

/** The longest pauses of clients that wait before they ask the service again. */
export class PauseWatch {
  /** As the client tells of it; infinite when it names no end. */
  longestSeconds = 0;
  /** Beyond what was told, without having asked for anything. */
  overdueSeconds = 0;
  readonly #network: AskedNetwork;

  constructor(network: AskedNetwork) {
    this.#network = network;
  }

  look(devices: readonly SimulatedDevice[], nowMs: number): void {
    for (const { name, pausedUntil } of devices) {
      if (pausedUntil === undefined || this.#network.isAsking(name, DELTA)) continue;
      this.longestSeconds = Math.max(this.longestSeconds, (pausedUntil - nowMs) / SECOND_MS);
      const dueMs = Math.max(pausedUntil, this.#network.lastAskedAt(name, DELTA));
      this.overdueSeconds = Math.max(this.overdueSeconds, (nowMs - dueMs) / SECOND_MS);
    }
  }
}
