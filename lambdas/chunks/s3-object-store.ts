import { assert, SIGNED_URL_MS, type SignedPut } from '@syncline/protocol';
import { type AwsConnection, processConnection } from '../runtime/aws-connection.ts';
import { AwsRequests } from '../runtime/aws-requests.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import { escapeUri } from '../runtime/escape-uri.ts';
import { UrlPresigner } from '../runtime/url-presigner.ts';
import { type ByteRange, type DisposedRead, type ObjectHead, type ObjectStore, rangeHeader } from './object-store.ts';

export interface S3ObjectOptions {
  readonly bucket: string;
  readonly clock: Clock;
  readonly random?: Random;
  /** The process's own when absent. */
  readonly connection?: AwsConnection;
  /** Signs GETs that somebody else answers with the bytes of this bucket. @default those that S3 answers */
  readonly contents?: Pick<ObjectStore, 'signGet'>;
}

/** Bytes of a SHA-256: a checksum of another length is one over parts, and says nothing of the whole. */
const SHA256_BYTES = 32;

/** Objects in an S3 bucket. */
export class S3ObjectStore implements ObjectStore {
  readonly #requests: AwsRequests;
  readonly #presigner: UrlPresigner;
  readonly #clock: Clock;
  readonly #contents: Pick<ObjectStore, 'signGet'> | undefined;
  /** Address of the bucket, with the slash that keys follow. */
  readonly #base: string;

  constructor(options: S3ObjectOptions) {
    const { bucket, clock, random, connection = processConnection('S3') } = options;
    this.#requests = new AwsRequests({
      signingName: 's3',
      connection,
      clock,
      ...(random === undefined ? {} : { random }),
    });
    this.#presigner = new UrlPresigner(connection);
    this.#clock = clock;
    this.#contents = options.contents;
    const { region, endpoint } = connection;
    this.#base =
      endpoint === undefined
        ? `https://${bucket}.s3.${region}.amazonaws.com/`
        : `${endpoint.replace(/\/$/, '')}/${bucket}/`;
  }

  async signPut(object: {
    readonly key: string;
    readonly sha256: string;
    readonly size: number;
    readonly writer: string;
  }): Promise<SignedPut> {
    const headers = { ...conditionsOfWrite(object.sha256), 'x-amz-meta-writer': object.writer };
    // HTTP clients set Content-Length themselves, from the body; browsers allow nobody else to.
    const signed = { ...headers, 'content-length': String(object.size) };
    return { url: await this.#presign('PUT', object.key, signed), headers };
  }

  async signGet(key: string, read?: ByteRange | DisposedRead): Promise<string> {
    if (this.#contents !== undefined) return this.#contents.signGet(key, read);
    if (read === undefined || !('disposition' in read)) {
      return this.#presign('GET', key, read === undefined ? {} : { range: rangeHeader(read) });
    }
    const query = {
      'response-content-disposition': read.disposition,
      'response-content-type': 'application/octet-stream',
    };
    const request = { method: 'GET', url: this.#urlOf(key), headers: {}, query, lifeMs: SIGNED_URL_MS } as const;
    return this.#presigner.presign(request, this.#clock.now());
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const answer = await this.#requests.send({
      method: 'HEAD',
      url: this.#urlOf(key),
      headers: { 'x-amz-checksum-mode': 'ENABLED' },
    });
    if (answer.status === 404) return undefined;
    assert(answer.status === 200, `S3 answers a HEAD with 200 or 404, not ${answer.status}`);
    const { headers } = answer;
    const sha256 = sha256Of(headers['x-amz-checksum-sha256']);
    const versionId = headers['x-amz-version-id'];
    const writer = headers['x-amz-meta-writer'];
    return {
      size: Number(headers['content-length']),
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(versionId === undefined ? {} : { versionId }),
      ...(writer === undefined ? {} : { writer }),
    };
  }

  async read(key: string, range?: ByteRange): Promise<Uint8Array | undefined> {
    const answer = await this.#requests.send({
      method: 'GET',
      url: this.#urlOf(key),
      ...(range === undefined ? {} : { headers: { range: rangeHeader(range) } }),
    });
    if (answer.status === 404) return undefined;
    assert(answer.status === (range === undefined ? 200 : 206), `S3 does not answer a GET with ${answer.status}`);
    return answer.body;
  }

  async write(object: { readonly key: string; readonly sha256: string; readonly bytes: Uint8Array }): Promise<void> {
    const { status } = await this.#requests.send({
      method: 'PUT',
      url: this.#urlOf(object.key),
      headers: conditionsOfWrite(object.sha256),
      body: object.bytes,
    });
    assert(status === 200 || status === 412, `S3 does not answer a PUT of checked bytes with ${status}`);
  }

  #presign(method: 'GET' | 'PUT', key: string, headers: Readonly<Record<string, string>>): Promise<string> {
    const request = { method, url: this.#urlOf(key), headers, lifeMs: SIGNED_URL_MS };
    return this.#presigner.presign(request, this.#clock.now());
  }

  #urlOf(key: string): URL {
    return new URL(this.#base + key.split('/').map(escapeUri).join('/'));
  }
}

/** Only bytes that hash to this, and only where nothing is yet. The algorithm is named too: some stores ask for it. */
function conditionsOfWrite(sha256: string): Readonly<Record<string, string>> {
  return {
    'if-none-match': '*',
    'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
    'x-amz-sdk-checksum-algorithm': 'SHA256',
  };
}

function sha256Of(header: string | undefined): string | undefined {
  const bytes = Buffer.from(header ?? '', 'base64');
  return bytes.length === SHA256_BYTES ? bytes.toString('hex') : undefined;
}
