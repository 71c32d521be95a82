import { hash } from 'node:crypto';
import type { EpochMs } from '@syncline/protocol';
import type { AwsConnection } from './aws-connection.ts';
import { escapeUri } from './escape-uri.ts';
import { SigningKey, signingTime } from './signing-key.ts';

/** A request to a service; `url` carries the path as it is sent, and no query. Header names are lowercase. */
export interface AwsRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly url: URL;
  /** Values have no spaces at their ends. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Signs the headers and the body of requests to one service by Signature Version 4. */
export class RequestSigner {
  readonly #connection: AwsConnection;
  readonly #service: string;
  readonly #key: SigningKey;

  constructor(connection: AwsConnection, service: string) {
    this.#connection = connection;
    this.#service = service;
    this.#key = new SigningKey({ region: connection.region, service });
  }

  /** All headers that the request is to be sent with: its own, `host`, `content-length` and the signature. */
  async sign({ method, url, headers, body }: AwsRequest, now: EpochMs): Promise<Readonly<Record<string, string>>> {
    const credentials = await this.#connection.credentials();
    const time = signingTime(now);
    const bodyHash = hash('sha256', body ?? '');
    const all: Record<string, string> = {
      host: url.host,
      ...headers,
      ...(body === undefined ? {} : { 'content-length': String(body.length) }),
      'x-amz-content-sha256': bodyHash,
      'x-amz-date': time,
      ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
    };
    const names = Object.keys(all).toSorted();
    const signedHeaders = names.join(';');
    const lines = names.map((name) => `${name}:${all[name]}\n`).join('');
    const canonical = `${method}\n${this.#canonicalPath(url)}\n${canonicalQuery(url)}\n${lines}\n${signedHeaders}\n${bodyHash}`;
    const { scope, hex } = this.#key.sign(credentials, time, canonical);
    const credential = `Credential=${credentials.accessKeyId}/${scope}`;
    all['authorization'] = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signedHeaders}, Signature=${hex}`;
    return all;
  }

  /** S3 alone signs the path as it is sent; everywhere else it is escaped once more. */
  #canonicalPath({ pathname }: URL): string {
    return this.#service === 's3' ? pathname : pathname.split('/').map(escapeUri).join('/');
  }
}

/** Names and values escaped, in the order of the names; a name without a value has an empty one. */
function canonicalQuery({ searchParams }: URL): string {
  return [...searchParams]
    .map(([name, value]) => [escapeUri(name), escapeUri(value)] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}
