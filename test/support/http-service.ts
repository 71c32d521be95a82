import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EpochMs, epochMs } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { Transport, TransportResponse } from '../../client/src/api/transport.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { ContentTraffic } from './content-traffic.ts';
import { InMemoryService, type InMemoryServiceOptions } from './in-memory-service.ts';
import { IN_MEMORY_URL, inMemoryToken, inMemoryTransport } from './in-memory-transport.ts';

const OBJECT = '/object/';
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const REFUSED: TransportResponse = { status: 401, headers: {}, body: Buffer.from('{"message":"Unauthorized"}') };

/**
 * The whole service behind a real HTTP server, for real processes: every route's real handler over the memory stores, the bucket of the signed
 * URLs, and a user pool in which every password is right.
 */
export class HttpService {
  readonly service: InMemoryService;
  /** Bytes of contents that have gone over the wire. */
  readonly traffic = new ContentTraffic();
  /** Requests so far, as `METHOD /path` without the query. */
  readonly requests: string[] = [];
  /** While it is set, nobody is signed in: access and refresh tokens are refused. */
  sessionsEnded = false;
  /** While it is set, connections are dropped unheard. */
  unreachable = false;
  readonly #transport: Transport;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor({ isAddressed = false, ...options }: InMemoryServiceOptions & { readonly isAddressed?: boolean } = {}) {
    this.service = new InMemoryService({ clock: new RealTimeClock(), ...options });
    this.#transport = inMemoryTransport(this.service, { isAddressed });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const passage = this.traffic.passage(method, url);
    try {
      const answer = this.unreachable ? undefined : await this.#answer(request, await passage.receive(request));
      if (answer === undefined) {
        response.destroy();
        return;
      }
      passage.answer(answer, response);
      // Nobody can follow an address that means memory of another process.
      const isText = !url.startsWith(OBJECT);
      const text = Buffer.from(answer.body).toString();
      const body = isText ? text.replaceAll('"memory:', `"${this.url}${OBJECT}memory:`) : answer.body;
      response.writeHead(answer.status, answer.headers);
      response.end(body);
    } catch {
      // The client went away in the middle of its request.
      response.destroy();
    }
  }

  async #answer(request: IncomingMessage, body: Buffer): Promise<TransportResponse> {
    const { method = '', url = '' } = request;
    this.requests.push(`${method} ${url.split('?')[0] ?? ''}`);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, text]) => [name, String(text)] as const),
    );
    if (method === 'POST' && url === '/') return this.#userPool(headers['x-amz-target'] ?? '', body);
    if (url === '/v1/configuration') return this.#configuration();
    if (this.sessionsEnded && !url.startsWith(OBJECT)) return REFUSED;
    const target = url.startsWith(OBJECT) ? url.slice(OBJECT.length) : IN_MEMORY_URL + url;
    const content = body.length > 0 || method === 'PUT' ? { body } : {};
    return this.#transport.send({
      method,
      url: target,
      headers,
      ...content,
      answerBytesMax: BODY_BYTES_MAX,
      timeoutMs: 60_000,
    });
  }

  /** A token names its account and its sign-in; what it is good for is decided when it is used. */
  #userPool(target: string, body: Buffer): TransportResponse {
    const asked = z.parse(UserPoolRequest, JSON.parse(body.toString()));
    const action = target.split('.').at(-1);
    if (action === 'RevokeToken') return ok({});
    const refused = { status: 400, headers: {}, body: Buffer.from('{"__type":"NotAuthorizedException"}') };
    const { USERNAME: email } = asked.AuthParameters ?? {};
    // Each sign-in has a name of its own, which its renewals keep.
    const signedIn = email === undefined ? undefined : inMemoryToken(email, randomUUID());
    const token = signedIn ?? asked.RefreshToken?.replace('refresh ', '');
    if (token === undefined || this.sessionsEnded) return refused;
    const result = { AccessToken: token, RefreshToken: `refresh ${token}`, ExpiresIn: 3600 };
    return ok({ AuthenticationResult: result });
  }

  async #configuration(): Promise<TransportResponse> {
    const { status, headers, body } = await this.#transport.send({
      method: 'GET',
      url: `${IN_MEMORY_URL}/v1/configuration`,
      headers: {},
      answerBytesMax: BODY_BYTES_MAX,
      timeoutMs: 60_000,
    });
    const known = JSON.parse(Buffer.from(body).toString()) as object;
    const userPool = { endpoint: this.url, userPoolId: 'pool', clientId: 'client' };
    return { status, headers, body: Buffer.from(JSON.stringify({ ...known, userPool })) };
  }
}

const UserPoolRequest = z.object({
  AuthParameters: z.optional(z.object({ USERNAME: z.string() })),
  RefreshToken: z.optional(z.string()),
});

/** Real processes wait in real time. */
class RealTimeClock extends MemoryClock {
  override now(): EpochMs {
    return epochMs(Date.now());
  }

  override sleep(delayMs: number): Promise<void> {
    // A long-poll whose client has gone must not keep the process of the tests.
    return new Promise((resolve) => void setTimeout(resolve, delayMs).unref());
  }
}

function ok(body: object): TransportResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}
