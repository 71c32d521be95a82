import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { AWS_CREDENTIALS } from '../../emulator/environment.ts';
import type { LocalOutputs } from './shared-stack.ts';

/** Keys of every object below a prefix, as the bucket itself lists them. */
export async function listObjectKeys(stack: LocalOutputs, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let token = ''; ; ) {
    const listing = await getListing(stack, {
      'list-type': '2',
      prefix,
      ...(token === '' ? {} : { 'continuation-token': token }),
    });
    for (const [, key = ''] of listing.matchAll(/<Key>([^<]*)<\/Key>/g)) keys.push(key);
    token = /<NextContinuationToken>([^<]*)</.exec(listing)?.[1] ?? '';
    if (token === '') return keys;
  }
}

/** How many chunks are stored, over all accounts. */
export async function countChunkObjects(stack: LocalOutputs): Promise<number> {
  return (await listObjectKeys(stack, 'chunks/')).length;
}

/** Asks as the owner of the bucket: nobody else may list it, not even on this machine. */
async function getListing(stack: LocalOutputs, query: Record<string, string>): Promise<string> {
  const { hostname, host, port } = new URL(stack.endpoint);
  const signer = new SignatureV4({ service: 's3', region: stack.region, credentials: AWS_CREDENTIALS, sha256: Sha256 });
  const path = `/${stack.bucket}`;
  const request = { method: 'GET', protocol: 'http:', hostname, port: Number(port), path, query, headers: { host } };
  const { headers } = await signer.sign(request);
  const response = await fetch(`${stack.endpoint}${path}?${new URLSearchParams(query).toString()}`, { headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`the bucket's listing was answered ${response.status} ${text}`);
  return text;
}

/** Node's SHA-256, or HMAC with it, in the shape that the signer asks for. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer);
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
