import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TransportResponse } from '../../client/src/api/transport.ts';

/** What goes over the wire, in bytes of bodies. */
export interface TrafficCounts {
  /** Taken by the store: not there before. */
  readonly stored: number;
  /** Sent whole though the store had it already. */
  readonly repeated: number;
  /** Sent until the connection broke, or refused. */
  readonly lost: number;
  /** Given to somebody who took all of it. */
  readonly fetched: number;
}

const OBJECT = '/object/';

/** Counts the bytes of contents between devices and a service, and lets one wait for them. */
export class ContentTraffic {
  readonly #counts = { stored: 0, repeated: 0, lost: 0, fetched: 0 };
  readonly #waiting = new Set<() => void>();

  get counts(): TrafficCounts {
    return { ...this.#counts };
  }

  /** Resolves when the check of the counts holds, or at once when it does. */
  async until(holds: (counts: TrafficCounts) => boolean, signal: AbortSignal): Promise<void> {
    while (!holds(this.counts) && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }

  /** One request on its way through the service. */
  passage(method: string, url: string): Passage {
    return new Passage({ method, url }, (kind, bytes) => {
      this.#counts[kind] += bytes;
      for (const wake of this.#waiting) wake();
    });
  }
}

type Count = (kind: keyof TrafficCounts, bytes: number) => void;

class Passage {
  readonly #isSent: boolean;
  readonly #isFetched: boolean;
  readonly #count: Count;
  #received = 0;

  constructor({ method, url }: { readonly method: string; readonly url: string }, count: Count) {
    const isObject = url.startsWith(OBJECT);
    this.#isSent = isObject && method === 'PUT';
    this.#isFetched = isObject && method === 'GET';
    this.#count = count;
  }

  /** The body. @throws when the connection breaks. */
  async receive(request: IncomingMessage): Promise<Buffer> {
    const parts: Buffer[] = [];
    try {
      for await (const part of request) {
        parts.push(part as Buffer);
        this.#received += (part as Buffer).length;
      }
    } catch (failure) {
      if (this.#isSent) this.#count('lost', this.#received);
      throw failure;
    }
    return Buffer.concat(parts);
  }

  answer({ status, body }: TransportResponse, response: ServerResponse): void {
    if (this.#isSent) this.#count(SENT[status] ?? 'lost', this.#received);
    // Not before the last byte has left.
    if (this.#isFetched) response.once('finish', () => this.#count('fetched', body.length));
  }
}

const SENT: Readonly<Record<number, 'stored' | 'repeated'>> = { 200: 'stored', 412: 'repeated' };
