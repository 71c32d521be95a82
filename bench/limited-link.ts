import type { Transport } from '@syncline/client';

const BITS = 8;
const MBIT = 1_000_000;
const SECOND_MS = 1000;

/** One direction: what is sent goes out one after the other. */
class Line {
  bytes = 0;
  readonly #bytesPerMs: number;
  #freeAtMs = 0;

  constructor(mbit: number) {
    this.#bytesPerMs = (mbit * MBIT) / BITS / SECOND_MS;
  }

  async carry(bytes: number): Promise<void> {
    this.bytes += bytes;
    this.#freeAtMs = Math.max(performance.now(), this.#freeAtMs) + bytes / this.#bytesPerMs;
    const waitMs = this.#freeAtMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** A network whose bodies take as long as on a link of so many Mbit/s each way, without any latency, and that counts them. */
export class LimitedLink implements Transport {
  readonly up: { readonly bytes: number };
  readonly down: { readonly bytes: number };
  readonly send: Transport['send'];

  constructor(network: Transport, mbit: number) {
    const [up, down] = [new Line(mbit), new Line(mbit)];
    this.up = up;
    this.down = down;
    this.send = async (request) => {
      await up.carry(request.body?.length ?? 0);
      const response = await network.send(request);
      await down.carry(response.body.length);
      return response;
    };
  }
}
