import type { LocalOutputs } from './shared-stack.ts';

/** Keys of every object below a prefix, as the bucket itself lists them. */
export async function listObjectKeys(stack: LocalOutputs, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let token = ''; ; ) {
    const query = new URLSearchParams({
      'list-type': '2',
      prefix,
      ...(token === '' ? {} : { 'continuation-token': token }),
    });
    const response = await fetch(`${stack.endpoint}/${stack.bucket}?${query.toString()}`);
    const listing = await response.text();
    if (!response.ok) throw new Error(`the bucket's listing was answered ${response.status} ${listing}`);
    for (const [, key = ''] of listing.matchAll(/<Key>([^<]*)<\/Key>/g)) keys.push(key);
    token = /<NextContinuationToken>([^<]*)</.exec(listing)?.[1] ?? '';
    if (token === '') return keys;
  }
}

/** How many chunks are stored, over all accounts. */
export async function countChunkObjects(stack: LocalOutputs): Promise<number> {
  return (await listObjectKeys(stack, 'chunks/')).length;
}
