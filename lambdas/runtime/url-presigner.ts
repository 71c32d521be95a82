import { type EpochMs, SECOND_MS } from '@syncline/protocol';
import type { AwsConnection } from './aws-connection.ts';
import { escapeUri } from './escape-uri.ts';
import { SigningKey, signingTime } from './signing-key.ts';

export interface PresignedRequest {
  readonly method: 'GET' | 'PUT';
  /** Carries the path as it is sent, and no query. */
  readonly url: URL;
  /** All of them are signed, and none moves into the URL. Names are lowercase; values have no spaces at their ends. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parameters of S3's own, whose names are of lowercase letters and hyphens: they stand behind those of the signature. */
  readonly query?: Readonly<Record<string, string>>;
  readonly lifeMs: number;
}

/**
 * Signs URLs of S3 by Signature Version 4. An answer carries up to 500 of them, so what they share is made once; a test
 * compares the signatures with those of `@smithy/signature-v4`.
 * Source: Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters".
 */
export class UrlPresigner {
  readonly #connection: AwsConnection;
  readonly #key: SigningKey;

  constructor(connection: AwsConnection) {
    this.#connection = connection;
    this.#key = new SigningKey({ region: connection.region, service: 's3' });
  }

  async presign(request: PresignedRequest, now: EpochMs): Promise<string> {
    const credentials = await this.#connection.credentials();
    const time = signingTime(now);
    const headers = Object.entries({ ...request.headers, host: request.url.host }).toSorted(byName);
    const signedHeaders = headers.map(([name]) => name).join(';');
    // In the order of the names, as it is signed.
    const query = [
      'X-Amz-Algorithm=AWS4-HMAC-SHA256',
      'X-Amz-Content-Sha256=UNSIGNED-PAYLOAD',
      `X-Amz-Credential=${escapeUri(`${credentials.accessKeyId}/${this.#key.scopeOf(time)}`)}`,
      `X-Amz-Date=${time}`,
      `X-Amz-Expires=${request.lifeMs / SECOND_MS}`,
      ...(credentials.sessionToken === undefined
        ? []
        : [`X-Amz-Security-Token=${escapeUri(credentials.sessionToken)}`]),
      `X-Amz-SignedHeaders=${escapeUri(signedHeaders)}`,
      ...Object.entries(request.query ?? {})
        .toSorted(byName)
        .map(([name, value]) => `${name}=${escapeUri(value)}`),
    ].join('&');
    const lines = headers.map(([name, value]) => `${name}:${value}`).join('\n');
    const { pathname, origin } = request.url;
    const canonical = `${request.method}\n${pathname}\n${query}\n${lines}\n\n${signedHeaders}\nUNSIGNED-PAYLOAD`;
    const { hex } = this.#key.sign(credentials, time, canonical);
    return `${origin}${pathname}?${query}&X-Amz-Signature=${hex}`;
  }
}

function byName([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
