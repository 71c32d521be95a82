import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { type EpochMs, SECOND_MS } from '@syncline/protocol';
import type { AwsConnection, AwsCredentials } from './aws-connection.ts';
import { escapeUri } from './escape-uri.ts';

export interface PresignedRequest {
  readonly method: 'GET' | 'PUT';
  /** Carries the path as it is sent, and no query. */
  readonly url: URL;
  /** All of them are signed, and none moves into the URL. Names are lowercase; values have no spaces at their ends. */
  readonly headers: Readonly<Record<string, string>>;
  readonly lifeMs: number;
}

/**
 * Signs URLs of S3 by Signature Version 4. An answer carries up to 500 of them, so the key of the day is derived once, and
 * each URL costs one hash and one HMAC; a test compares the signatures with those of `@smithy/signature-v4`.
 * Source: Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters".
 */
export class UrlPresigner {
  readonly #connection: AwsConnection;
  #day: { readonly id: string; readonly key: KeyObject } | undefined;

  constructor(connection: AwsConnection) {
    this.#connection = connection;
  }

  async presign(request: PresignedRequest, now: EpochMs): Promise<string> {
    const credentials = await this.#connection.credentials();
    const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
    const scope = `${time.slice(0, 8)}/${this.#connection.region}/s3/aws4_request`;
    const headers = Object.entries({ ...request.headers, host: request.url.host }).toSorted(byName);
    const signedHeaders = headers.map(([name]) => name).join(';');
    // In the order of the names, as it is signed.
    const query = [
      'X-Amz-Algorithm=AWS4-HMAC-SHA256',
      'X-Amz-Content-Sha256=UNSIGNED-PAYLOAD',
      `X-Amz-Credential=${escapeUri(`${credentials.accessKeyId}/${scope}`)}`,
      `X-Amz-Date=${time}`,
      `X-Amz-Expires=${request.lifeMs / SECOND_MS}`,
      ...(credentials.sessionToken === undefined
        ? []
        : [`X-Amz-Security-Token=${escapeUri(credentials.sessionToken)}`]),
      `X-Amz-SignedHeaders=${escapeUri(signedHeaders)}`,
    ].join('&');
    const lines = headers.map(([name, value]) => `${name}:${value}`).join('\n');
    const { pathname, origin } = request.url;
    const canonical = `${request.method}\n${pathname}\n${query}\n${lines}\n\n${signedHeaders}\nUNSIGNED-PAYLOAD`;
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`;
    const signature = createHmac('sha256', this.#keyOf(credentials, scope)).update(text).digest('hex');
    return `${origin}${pathname}?${query}&X-Amz-Signature=${signature}`;
  }

  #keyOf(credentials: AwsCredentials, scope: string): KeyObject {
    const id = `${scope}\n${credentials.secretAccessKey}`;
    if (this.#day?.id !== id) this.#day = { id, key: signingKey(credentials, scope) };
    return this.#day.key;
  }
}

function signingKey(credentials: AwsCredentials, scope: string): KeyObject {
  let key: Uint8Array = Buffer.from(`AWS4${credentials.secretAccessKey}`);
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  return createSecretKey(key);
}

function byName([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
