import { assert } from '@syncline/protocol';
import type { KeyRing } from '../runtime/key-ring.ts';

export interface OriginKeys {
  /** What CloudFront sends. */
  readonly current: string;
  /** What it sent before the last change: the API takes both, so that neither has to be changed first. */
  readonly previous: string;
}

/** The keys by which the API knows CloudFront; always the same for a generation, so nothing keeps them. */
export async function deriveOriginKeys(
  { keyRing }: { readonly keyRing: KeyRing },
  generation: number,
): Promise<OriginKeys> {
  assert(Number.isSafeInteger(generation) && generation > 0, 'generations of the origin key count from 1');
  const keyOf = async (number: number): Promise<string> =>
    Buffer.from(await keyRing.sign('origin', `generation ${number}`)).toString('base64url');
  return { current: await keyOf(generation), previous: await keyOf(generation - 1) };
}
