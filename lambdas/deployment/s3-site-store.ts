import { assert } from '@syncline/protocol';
import { type AwsConnection, processConnection } from '../runtime/aws-connection.ts';
import { AwsRequests } from '../runtime/aws-requests.ts';
import { escapeUri } from '../runtime/escape-uri.ts';
import type { SiteFile, SiteStore } from './site-store.ts';

export interface S3SiteOptions {
  readonly bucket: string;
  /** The process's own when absent. */
  readonly connection?: AwsConnection;
}

/** The files of the web app in an S3 bucket, with the headers that CloudFront hands on. Source: Amazon S3 API Reference, PutObject. */
export class S3SiteStore implements SiteStore {
  readonly #requests: AwsRequests;
  readonly #base: string;

  constructor({ bucket, connection = processConnection('S3') }: S3SiteOptions) {
    this.#requests = new AwsRequests({ signingName: 's3', connection });
    const { region, endpoint } = connection;
    this.#base = endpoint === undefined ? `https://${bucket}.s3.${region}.amazonaws.com` : `${endpoint}/${bucket}`;
  }

  async put({ path, contentType, cacheControl }: SiteFile, bytes: Uint8Array): Promise<void> {
    const { status } = await this.#requests.send({
      method: 'PUT',
      url: new URL(this.#base + path.split('/').map(escapeUri).join('/')),
      headers: { 'content-type': contentType, 'cache-control': cacheControl },
      body: Buffer.from(bytes),
    });
    assert(status === 200, `S3 does not answer the write of ${path} with ${status}`);
  }
}
