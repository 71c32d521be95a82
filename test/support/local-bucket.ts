import { SignatureV4 } from '@smithy/signature-v4';
import { AWS_CREDENTIALS } from '../../emulator/environment.ts';
import type { LocalOutputs } from './shared-stack.ts';
import { SigningHash } from './signing-hash.ts';

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
  const signer = new SignatureV4({
    service: 's3',
    region: stack.region,
    credentials: AWS_CREDENTIALS,
    sha256: SigningHash,
  });
  const path = `/${stack.bucket}`;
  const request = { method: 'GET', protocol: 'http:', hostname, port: Number(port), path, query, headers: { host } };
  const { headers } = await signer.sign(request);
  const response = await fetch(`${stack.endpoint}${path}?${new URLSearchParams(query).toString()}`, { headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`the bucket's listing was answered ${response.status} ${text}`);
  return text;
}
