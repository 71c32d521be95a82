import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApiProxy, createApiProxy } from '../../emulator/api-proxy.ts';
import type { SeededRandom } from '../support/seeded-random.ts';

/** What befalls requests, and how many of a hundred: refused by what stands before the service, lost before it, or with their answers behind it. */
const TROUBLES = { throttled: 8, failed: 4, lost: 3, 'answer-lost': 3 } as const;
type TroubleKind = keyof typeof TROUBLES;

export interface TroubledWayOptions {
  readonly apiUrl: string;
  readonly random: SeededRandom;
}

/** The way from devices to a service: while it is troubled, requests are throttled, fail, and are lost in both directions. */
export class TroubledWay {
  isTroubled = false;
  readonly counts = new Map<TroubleKind, number>();
  readonly #options: TroubledWayOptions;
  readonly #proxy: ApiProxy;
  readonly #server = createServer((request, response) => this.#pass(request, response));

  private constructor(options: TroubledWayOptions) {
    this.#options = options;
    this.#proxy = createApiProxy({ apiUrl: options.apiUrl, headers: {} });
  }

  static async open(options: TroubledWayOptions): Promise<TroubledWay> {
    const way = new TroubledWay(options);
    await new Promise<void>((resolve) => void way.#server.listen(0, '127.0.0.1', resolve));
    return way;
  }

  /** What devices are given in place of the service's own address. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#proxy.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    switch (this.#draw()) {
      case 'throttled':
        response.writeHead(429, { 'content-type': 'application/json' }).end('{"message":"Too Many Requests"}');
        return;
      case 'failed':
        response.writeHead(503, { 'content-type': 'application/json' }).end('{"message":"Service Unavailable"}');
        return;
      case 'lost':
        response.destroy();
        return;
      case 'answer-lost':
        void this.#loseAnswer(request, response);
        return;
      case undefined:
        this.#proxy.forward(request, response);
    }
  }

  #draw(): TroubleKind | undefined {
    if (!this.isTroubled) return undefined;
    let left = this.#options.random.fraction() * 100;
    for (const [kind, share] of Object.entries(TROUBLES) as [TroubleKind, number][]) {
      left -= share;
      if (left >= 0) continue;
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
      return kind;
    }
    return undefined;
  }

  /** The service does what it is asked for, and nobody hears of it. */
  async #loseAnswer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { authorization = '', 'x-device-id': deviceId = '', 'content-type': type = '' } = request.headers;
    const headers = { authorization, 'x-device-id': String(deviceId), 'content-type': type };
    const body = parts.length === 0 ? {} : { body: Buffer.concat(parts) };
    try {
      await fetch(`${this.#options.apiUrl}${request.url ?? '/'}`, {
        method: request.method ?? 'GET',
        headers,
        ...body,
      });
    } finally {
      response.destroy();
    }
  }
}
