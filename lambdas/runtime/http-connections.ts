import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as sendHttps } from 'node:https';

/**
 * An `import` of node:http reads all of its exports, one of which loads Node's whole fetch: 20 ms of every start. AWS itself is
 * spoken to by HTTPS alone, so this is for endpoints of emulators.
 */
const plainHttp = process.getBuiltinModule('node:http');

export interface HttpRequest {
  readonly method: string;
  /** Carries the path as it is sent, and no query. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  /** By lowercase name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const CONNECT_MS_MAX = 1000;
const SOCKETS_MAX = 128;

/** Connections that are kept open between requests, at most SOCKETS_MAX to one host. */
export class HttpConnections {
  readonly #requestMsMax: number;
  readonly #plain: Agent = new plainHttp.Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  readonly #secure = new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS_MAX });

  constructor(options: { readonly requestMsMax: number }) {
    this.#requestMsMax = options.requestMsMax;
  }

  /**
   * The whole answer, whatever its status.
   * @throws Error with a `code` (`isNetworkError`) when there was no connection within CONNECT_MS_MAX, or no whole answer in time.
   */
  send({ method, url, headers, body }: HttpRequest): Promise<HttpAnswer> {
    const isSecure = url.protocol === 'https:';
    const { hostname: host, port } = url;
    const path = `${url.pathname}${url.search}`;
    const agent = isSecure ? this.#secure : this.#plain;
    const options: RequestOptions = { method, host, path, headers, agent, ...(port === '' ? {} : { port }) };
    return new Promise((resolve, reject) => {
      const outgoing = (isSecure ? sendHttps : plainHttp.request)(options);
      const ends: NodeJS.Timeout[] = [];
      const endAfter = (delayMs: number, what: string): NodeJS.Timeout => {
        const end = setTimeout(() => outgoing.destroy(new TimeoutError(what)), delayMs);
        ends.push(end);
        return end;
      };
      const settle = (): void => {
        for (const end of ends) clearTimeout(end);
      };
      endAfter(this.#requestMsMax, 'no answer in time');
      outgoing.once('socket', (socket) => {
        if (!socket.connecting) return;
        const end = endAfter(CONNECT_MS_MAX, 'no connection in time');
        socket.once(isSecure ? 'secureConnect' : 'connect', () => clearTimeout(end));
      });
      outgoing.once('response', (incoming) => {
        readAnswer(incoming).then(resolve, reject).finally(settle);
      });
      outgoing.once('error', (error) => {
        settle();
        reject(error);
      });
      outgoing.end(body);
    });
  }
}

class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ETIMEDOUT';
}

/** Whether an error came from the network: the system's carry a `code` such as ECONNRESET; Node's own, for wrong use, begin with ERR_. */
export function isNetworkError(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return code !== '' && !code.startsWith('ERR_');
}

function readAnswer(incoming: IncomingMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.once('error', reject);
    incoming.once('end', () => {
      resolve({
        status: incoming.statusCode ?? 0,
        // Cookies alone would be a list, and no service of AWS sets any.
        headers: incoming.headers as Readonly<Record<string, string>>,
        body: parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts),
      });
    });
  });
}
