import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as sendHttps } from 'node:https';
import { MiB } from '@syncline/protocol/units';

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
/** Up to this length memory is taken for an answer before it is there. */
const TOLD_BYTES_MAX = 64 * MiB;

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
  async send({ method, url, headers, body }: HttpRequest): Promise<HttpAnswer> {
    const isSecure = url.protocol === 'https:';
    const { hostname: host, port } = url;
    const path = `${url.pathname}${url.search}`;
    const agent = isSecure ? this.#secure : this.#plain;
    const options: RequestOptions = { method, host, path, headers, agent, ...(port === '' ? {} : { port }) };
    const outgoing = (isSecure ? sendHttps : plainHttp.request)(options);
    const end = (what: string) => outgoing.destroy(Object.assign(new Error(what), { code: 'ETIMEDOUT' }));
    const answering = setTimeout(end, this.#requestMsMax, 'no answer in time');
    let connecting: NodeJS.Timeout | undefined;
    outgoing.once('socket', (socket) => {
      if (!socket.connecting) return;
      connecting = setTimeout(end, CONNECT_MS_MAX, 'no connection');
      socket.once(isSecure ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
    });
    try {
      return await new Promise((resolve, reject) => {
        outgoing.once('response', (incoming) => resolve(readAnswer(incoming)));
        outgoing.once('error', reject);
        outgoing.end(body);
      });
    } finally {
      clearTimeout(answering);
      clearTimeout(connecting);
    }
  }
}

/** Whether an error came from the network: the system's carry a `code` such as ECONNRESET; Node's own, for wrong use, begin with ERR_. */
export function isNetworkError(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return code !== '' && !code.startsWith('ERR_');
}

/**
 * An answer whose length was told is put together as it comes: a pack that waited in parts to be put together would be in memory twice. More or
 * fewer bytes than were told are an error of the connection.
 */
function readAnswer(incoming: IncomingMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const bytesTold = Number(incoming.headers['content-length']);
    const parts: Buffer[] = [];
    let whole: Buffer | undefined;
    let length = 0;
    incoming.on('data', (part: Buffer) => {
      if (length === 0 && bytesTold <= TOLD_BYTES_MAX) whole = Buffer.allocUnsafeSlow(bytesTold);
      if (whole === undefined) parts.push(part);
      else part.copy(whole, length);
      length += part.length;
    });
    incoming.once('error', reject);
    incoming.once('end', () => {
      resolve({
        status: incoming.statusCode ?? 0,
        // Cookies alone would be a list, and no service of AWS sets any.
        headers: incoming.headers as Readonly<Record<string, string>>,
        body: whole ?? Buffer.concat(parts),
      });
    });
  });
}
