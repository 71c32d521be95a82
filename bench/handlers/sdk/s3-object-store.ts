import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { SECOND_MS, SIGNED_URL_MS, type SignedPut } from '@syncline/protocol';

const expiresIn = SIGNED_URL_MS / SECOND_MS;

/** Stands for lambdas/chunks/s3-object-store.ts in a twin bundle: AWS's client and presigner. */
export class S3ObjectStore {
  readonly #client = new S3Client({ forcePathStyle: true });
  readonly #bucket: string;

  constructor(options: { readonly bucket: string }) {
    this.#bucket = options.bucket;
  }

  async signPut(object: {
    readonly key: string;
    readonly sha256: string;
    readonly size: number;
    readonly writer: string;
  }): Promise<SignedPut> {
    const checksum = Buffer.from(object.sha256, 'hex').toString('base64');
    const headers = {
      'if-none-match': '*',
      'x-amz-checksum-sha256': checksum,
      'x-amz-sdk-checksum-algorithm': 'SHA256',
      'x-amz-meta-writer': object.writer,
    };
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: object.key,
      IfNoneMatch: '*',
      ChecksumSHA256: checksum,
      ChecksumAlgorithm: 'SHA256',
      ContentLength: object.size,
      Metadata: { writer: object.writer },
    });
    const unhoistableHeaders = new Set(Object.keys(headers));
    const signableHeaders = new Set([...unhoistableHeaders, 'host', 'content-length']);
    return {
      url: await getSignedUrl(this.#client, command, { expiresIn, unhoistableHeaders, signableHeaders }),
      headers,
    };
  }

  signGet(key: string): Promise<string> {
    return getSignedUrl(this.#client, new GetObjectCommand({ Bucket: this.#bucket, Key: key }), { expiresIn });
  }

  async head(key: string): Promise<unknown> {
    const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: key, ChecksumMode: 'ENABLED' });
    return this.#client.send(command);
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    const { Body: body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    return body?.transformToByteArray();
  }

  async write(object: { readonly key: string; readonly bytes: Uint8Array }): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket: this.#bucket, Key: object.key, Body: object.bytes }));
  }
}
