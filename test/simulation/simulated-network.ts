import type { Transport, TransportRequest, TransportResponse } from '../../client/src/api/transport.ts';
import { UnavailableError } from '../../client/src/api/unavailable-error.ts';
import type { InMemoryService } from '../support/in-memory-service.ts';
import { inMemoryTransport } from '../support/in-memory-transport.ts';
import type { Chance } from './chance.ts';
import type { Stage } from './stage.ts';

/** Usual time of one way through the network, in simulated ms. */
const WAY_MS_MAX = 60;
/** Time by which a late request comes later: long after its sender has given up, or only a little. */
const LATE_MS_MAX = 90_000;
/** Time after which a sender is told that nothing answers. */
const REFUSED_MS_MAX = 500;

/** One end of the network. */
export interface NetworkEnd {
  readonly name: string;
  isOnline(): boolean;
}

/** The ways between devices and the service: requests and answers are lost, doubled, late and in another order. */
export class SimulatedNetwork {
  readonly #stage: Stage;
  readonly #chance: Chance;
  readonly #exchange: Transport;
  #inFlight = 0;

  constructor(stage: Stage, service: InMemoryService) {
    this.#stage = stage;
    this.#chance = stage.chance.fork('network');
    this.#exchange = inMemoryTransport(service);
  }

  /** Requests that have not come to their end at the service, and pushes that have not come to a device. */
  get inFlight(): number {
    return this.#inFlight;
  }

  transportOf(end: NetworkEnd): Transport {
    return { send: (request) => this.#send(end, request) };
  }

  /** Lets something pass that nothing befalls. */
  pass(arrive: () => void): void {
    this.#stage.scheduler.after(this.#way(), arrive);
  }

  /** Brings a message of the service to a device, or not. */
  push(end: NetworkEnd, deliver: () => void): void {
    const { faults, scheduler } = this.#stage;
    if (faults.strikes('push-lost')) return;
    const times = faults.strikes('push-mixed') ? 2 : 1;
    for (let time = 0; time < times; time++) {
      const delay = faults.strikes('push-mixed') ? this.#chance.fraction() * LATE_MS_MAX : this.#way();
      this.#inFlight += 1;
      scheduler.after(delay, () => {
        this.#inFlight -= 1;
        if (end.isOnline()) deliver();
      });
    }
  }

  async #send(end: NetworkEnd, request: TransportRequest): Promise<TransportResponse> {
    const { scheduler, faults } = this.#stage;
    request.signal?.throwIfAborted();
    if (!end.isOnline()) return this.#unanswered(request, this.#chance.fraction() * REFUSED_MS_MAX);
    if (faults.strikes('request-lost')) return this.#unanswered(request, request.timeoutMs);
    if (faults.strikes('throttled')) {
      await scheduler.sleep(this.#way());
      return this.#throttle(request);
    }
    if (faults.strikes('request-late')) {
      // It arrives, but nobody waits for the answer any more.
      void this.#arrive(request, request.timeoutMs + this.#chance.fraction() * LATE_MS_MAX);
      return this.#unanswered(request, request.timeoutMs);
    }
    if (faults.strikes('request-twice')) void this.#arrive(request, this.#chance.fraction() * LATE_MS_MAX);
    const response = await this.#arrive(request, this.#way());
    if (!end.isOnline() || faults.strikes('answer-lost')) return this.#unanswered(request, request.timeoutMs);
    await scheduler.sleep(this.#way());
    request.signal?.throwIfAborted();
    return response;
  }

  async #arrive(request: TransportRequest, delayMs: number): Promise<TransportResponse> {
    this.#inFlight += 1;
    try {
      await this.#stage.scheduler.sleep(delayMs);
      const { signal: _signal, ...sent } = request;
      return await this.#exchange.send(sent);
    } finally {
      this.#inFlight -= 1;
    }
  }

  async #unanswered(request: TransportRequest, afterMs: number): Promise<never> {
    await this.#stage.scheduler.sleep(afterMs);
    request.signal?.throwIfAborted();
    throw new UnavailableError('no answer came');
  }

  /** What stands before the service (a gateway, the store itself) answers when there is too much. */
  #throttle({ url }: TransportRequest): TransportResponse {
    const isStore = url.startsWith('memory:');
    const status = isStore || this.#chance.happens(0.5) ? 503 : 429;
    const headers: Record<string, string> = this.#chance.happens(0.3) ? { 'retry-after': '2' } : {};
    return { status, headers, body: Buffer.from(isStore ? '<Error/>' : '{"message":"Too Many Requests"}') };
  }

  /** Most ways are short, some are ten times as long. */
  #way(): number {
    const share = this.#chance.fraction();
    return 1 + WAY_MS_MAX * share * (share > 0.9 ? 10 : 1);
  }
}
