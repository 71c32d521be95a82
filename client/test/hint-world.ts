import type { Random } from '../src/api/clock.ts';
import type { SeenPosition } from '../src/engine/remote-hints.ts';
import { NamespaceHints } from '../src/sync/namespace-hints.ts';
import { SocketHub, type SocketHubOptions } from '../src/sync/socket-hub.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { NAMESPACE_ID, SimulatedPushService } from './simulated-push-service.ts';

/** A device that reads the delta whenever it is hinted, with the simulated service that it hears. */
export class HintWorld {
  readonly clock = new SimulatedClock();
  readonly service = new SimulatedPushService(this.clock);
  readonly hub: SocketHub;
  readonly hints: NamespaceHints;
  /** When hints came, in time that has passed. */
  readonly hinted: number[] = [];
  /** The newest entry that the device has read. */
  seenSeq = 0;
  /** How far it has read what is mounted. */
  mounted: SeenPosition['mounted'] = new Map();

  constructor(options: { readonly random?: Random; readonly hub?: SocketHubOptions } = {}) {
    const { clock, service } = this;
    const { api, connector } = service;
    const random = options.random ?? (() => 0.5);
    this.hub = new SocketHub({ api, connector, clock, random }, options.hub);
    this.hints = new NamespaceHints({ hub: this.hub, api, clock, random }, NAMESPACE_ID);
    this.hints.onHint(() => {
      this.hinted.push(clock.passedMs);
      void this.read();
    });
  }

  /** Reads the delta, if the service answers; nobody tries it again but after another hint. */
  async read(): Promise<void> {
    await this.clock.sleep(30);
    if (!this.service.state.isReachable) return;
    this.seenSeq = this.service.head;
    this.hints.seen({ cursor: this.service.cursor(), seq: this.seenSeq, mounted: this.mounted });
  }

  /** Hints while time passes. */
  async hintsWithin(ms: number): Promise<number> {
    const before = this.hinted.length;
    await this.clock.pass(ms);
    return this.hinted.length - before;
  }

  countOf(route: 'openSocket' | 'waitForChanges' | 'connect'): number {
    return this.service.requests.filter((request) => request.route === route).length;
  }

  async close(): Promise<void> {
    await this.hints.close();
    await this.hub.close();
  }
}
