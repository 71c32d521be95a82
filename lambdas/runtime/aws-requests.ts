import { SECOND_MS } from '@syncline/protocol';
import type { AwsConnection } from './aws-connection.ts';
import { countAwsFailure } from './aws-failures.ts';
import type { Clock, Random } from './clock.ts';
import { type HttpAnswer, HttpConnections, isNetworkError } from './http-connections.ts';
import { type AwsRequest, RequestSigner } from './request-signer.ts';
import { retryDelayMs } from './retry-delay.ts';
import { systemClock, systemRandom } from './system-clock.ts';
import { UnavailableError } from './unavailable-error.ts';

export interface AwsRequestOptions {
  /** The name that is signed: `s3`, `dynamodb`, `execute-api`, `secretsmanager`. */
  readonly signingName: string;
  readonly connection: AwsConnection;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Time for one try. @default REQUEST_MS_MAX */
  readonly requestMsMax?: number;
  /** Tries of one request, the first included. @default REQUEST_TRIES_MAX */
  readonly triesMax?: number;
  /** Says of an answer that a repeat may change it, beside those with a passing status. @default none */
  readonly isPassing?: (answer: HttpAnswer) => boolean;
}

/** Tries of one request, unless somebody waits for less. */
const REQUEST_TRIES_MAX = 4;
/** Long enough for the largest chunk on a slow day. */
const REQUEST_MS_MAX = 10 * SECOND_MS;
/** Answers that a repeat may change: load, an outage, and S3's report of a write of the same object under way. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([409, 429, 500, 502, 503, 504]);

/**
 * Signed requests to one service of AWS, without its SDK client: a dozen calls and a signature do not need one, and every
 * function that has none starts faster (docs/decisions/0051-signed-requests.md, 0105-a-dynamodb-client-of-our-own.md).
 */
export class AwsRequests {
  readonly #options: AwsRequestOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #signer: RequestSigner;
  readonly #http: HttpConnections;

  constructor(options: AwsRequestOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#signer = new RequestSigner(options.connection, options.signingName);
    this.#http = new HttpConnections({ requestMsMax: options.requestMsMax ?? REQUEST_MS_MAX });
  }

  get connection(): AwsConnection {
    return this.#options.connection;
  }

  /** The answer, whatever its status. @throws UnavailableError when there was none, or a passing one, after all tries. */
  async send(request: AwsRequest): Promise<HttpAnswer> {
    let failure: unknown;
    const { triesMax = REQUEST_TRIES_MAX } = this.#options;
    for (let attempt = 1; attempt <= triesMax; attempt++) {
      if (attempt > 1) await this.#clock.sleep(retryDelayMs(this.#random, attempt));
      const headers = await this.#signer.sign(request, this.#clock.now());
      try {
        const answer = await this.#http.send({ ...request, headers });
        if (!this.#isPassing(answer)) return answer;
        countAwsFailure(this.#options.signingName);
        failure = new Error(`status ${answer.status}`);
      } catch (error) {
        if (!isNetworkError(error)) throw error;
        countAwsFailure(this.#options.signingName);
        failure = error;
      }
    }
    throw new UnavailableError(`${this.#options.signingName} did not answer`, { cause: failure });
  }

  #isPassing(answer: HttpAnswer): boolean {
    return PASSING_STATUSES.has(answer.status) || this.#options.isPassing?.(answer) === true;
  }
}
