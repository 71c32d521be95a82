import { createHash, createHmac } from 'node:crypto';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { SECOND_MS } from '@syncline/protocol';
import type { AwsConnection } from './aws-connection.ts';
import type { Clock, Random } from './clock.ts';
import { retryDelayMs } from './retry-delay.ts';
import { systemClock, systemRandom } from './system-clock.ts';
import { UnavailableError } from './unavailable-error.ts';

export interface AwsRequestOptions {
  /** The name that is signed: `s3`, `execute-api`, `secretsmanager`. */
  readonly signingName: string;
  readonly connection: AwsConnection;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A request to a service; `url` carries the path as it is sent, and no query. Header names are lowercase. */
export interface AwsRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface AwsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Tries of one request, the first included. */
const REQUEST_TRIES_MAX = 4;
const CONNECT_MS_MAX = 1000;
/** Long enough for the largest chunk on a slow day. */
const REQUEST_MS_MAX = 10 * SECOND_MS;
const SOCKETS_MAX = 128;
/** Answers that a repeat may change: load, an outage, and S3's report of a write of the same object under way. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([409, 429, 500, 502, 503, 504]);

/**
 * Signed requests to one service of AWS, without its SDK client: four calls and a signature do not need one, and every
 * function that has none starts faster (docs/decisions/0051-signed-requests.md).
 */
export class AwsRequests {
  readonly #options: AwsRequestOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #signer: SignatureV4;
  readonly #http: NodeHttpHandler;

  constructor(options: AwsRequestOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#signer = new SignatureV4({
      service: options.signingName,
      region: options.connection.region,
      credentials: options.connection.credentials,
      sha256: Sha256,
      // S3 alone signs the path as it is sent; everywhere else it is escaped once more.
      uriEscapePath: options.signingName !== 's3',
    });
    this.#http = new NodeHttpHandler({
      connectionTimeout: CONNECT_MS_MAX,
      requestTimeout: REQUEST_MS_MAX,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: SOCKETS_MAX },
      httpsAgent: { maxSockets: SOCKETS_MAX },
    });
  }

  get connection(): AwsConnection {
    return this.#options.connection;
  }

  /** The answer, whatever its status. @throws UnavailableError when there was none, or a passing one, after all tries. */
  async send(request: AwsRequest): Promise<AwsAnswer> {
    let failure: unknown;
    for (let attempt = 1; attempt <= REQUEST_TRIES_MAX; attempt++) {
      if (attempt > 1) await this.#clock.sleep(retryDelayMs(this.#random, attempt));
      const signed = await this.#signer.sign(httpRequest(request), { signingDate: new Date(this.#clock.now()) });
      try {
        const answer = await this.#sendSigned(new HttpRequest(signed));
        if (!PASSING_STATUSES.has(answer.status)) return answer;
        failure = new Error(`status ${answer.status}`);
      } catch (error) {
        failure = error;
      }
    }
    throw new UnavailableError(`${this.#options.signingName} did not answer`, { cause: failure });
  }

  async #sendSigned(signed: HttpRequest): Promise<AwsAnswer> {
    const { response } = await this.#http.handle(signed);
    const parts: Uint8Array[] = [];
    for await (const part of response.body as AsyncIterable<Uint8Array>) parts.push(part);
    return { status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) };
  }
}

function httpRequest({ method, url, headers, body }: AwsRequest): HttpRequest {
  return new HttpRequest({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    path: url.pathname,
    headers: { host: url.host, ...headers, ...(body === undefined ? {} : { 'content-length': String(body.length) }) },
    ...(body === undefined ? {} : { body }),
  });
}

/** Node's SHA-256, or HMAC with it, in the shape that the signer asks for. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('a hash is used once');
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}
