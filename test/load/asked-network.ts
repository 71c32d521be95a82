import type { Transport, TransportRequest, TransportResponse } from '../../client/src/api/transport.ts';
import { UnavailableError } from '../../client/src/api/unavailable-error.ts';
import type { Scheduler } from '../simulation/scheduler.ts';
import { type NetworkEnd, SimulatedNetwork } from '../simulation/simulated-network.ts';
import type { Stage } from '../simulation/stage.ts';
import type { InMemoryService } from '../support/in-memory-service.ts';
import { IN_MEMORY_URL } from '../support/in-memory-transport.ts';

/** The route by which a client asks what is new. */
export const DELTA = 'GET /v1/changes';

/** One request of a device. */
export interface Ask {
  readonly device: string;
  /** Method and path, without what differs from request to request. */
  readonly route: string;
  readonly atMs: number;
  /** `left`: its sender did not want it any more. */
  outcome: 'open' | 'answered' | 'failed' | 'left';
  /** When it came to its outcome. */
  endMs: number;
}

/** The network of a load run, which remembers who asked for what, when, and what came of it. */
export class AskedNetwork extends SimulatedNetwork {
  readonly asks: Ask[] = [];
  readonly #scheduler: Scheduler;
  /** Of those that were answered or failed the one that was sent last, and the last one of all, by device and route. */
  readonly #last = new Map<string, Ask>();
  readonly #sent = new Map<string, Ask>();

  constructor(stage: Stage, service: InMemoryService) {
    super(stage, service);
    this.#scheduler = stage.scheduler;
  }

  override transportOf(end: NetworkEnd): Transport {
    const transport = super.transportOf(end);
    return { send: (request) => this.#ask(end.name, transport, request) };
  }

  lastOf(device: string, route: string): Ask | undefined {
    return this.#last.get(`${device} ${route}`);
  }

  /** Whether an answer is waited for. */
  isAsking(device: string, route: string): boolean {
    return this.#sent.get(`${device} ${route}`)?.outcome === 'open';
  }

  lastAskedAt(device: string, route: string): number {
    return this.#sent.get(`${device} ${route}`)?.atMs ?? 0;
  }

  async #ask(device: string, transport: Transport, request: TransportRequest): Promise<TransportResponse> {
    const ask: Ask = { device, route: routeOf(request), atMs: this.#scheduler.nowMs, outcome: 'open', endMs: 0 };
    this.asks.push(ask);
    this.#sent.set(`${device} ${ask.route}`, ask);
    try {
      const response = await transport.send(request);
      this.#note(ask, response.status >= 429 ? 'failed' : 'answered');
      return response;
    } catch (failure) {
      if (failure instanceof UnavailableError) this.#note(ask, 'failed');
      else ask.outcome = 'left';
      throw failure;
    }
  }

  #note(ask: Ask, outcome: 'answered' | 'failed'): void {
    ask.outcome = outcome;
    ask.endMs = this.#scheduler.nowMs;
    const key = `${ask.device} ${ask.route}`;
    // What a process asked that has died meanwhile says nothing about the next one.
    if ((this.#last.get(key)?.atMs ?? 0) <= ask.atMs) this.#last.set(key, ask);
  }
}

function routeOf({ method, url }: TransportRequest): string {
  if (!url.startsWith(IN_MEMORY_URL)) return `${method} object`;
  return `${method} ${url.slice(IN_MEMORY_URL.length).replace(/\?.*$/, '')}`;
}
