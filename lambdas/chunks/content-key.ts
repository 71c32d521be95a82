import { createECDH, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { assert } from '@syncline/protocol';
import type { KeyRing } from '../runtime/key-ring.ts';

/** Order of the group of P-256. Source: FIPS 186-5 with SP 800-186, section 3.2.1.3. */
const ORDER = 0xff_ff_ff_ff_00_00_00_00_ff_ff_ff_ff_ff_ff_ff_ff_bc_e6_fa_ad_a7_17_9e_84_f3_b9_ca_c2_fc_63_25_51n;
const SCALAR_BYTES = 32;

/**
 * The private key that signs URLs of contents in a generation: on the curve P-256, and always the same for a generation, so nothing keeps it. 64 bytes
 * of the deployment's secret become a number below the order of the group, far more than it has, so that no number is likelier than another.
 * Source: FIPS 186-5, section A.2.1.
 */
export async function deriveContentKey(
  { keyRing }: { readonly keyRing: KeyRing },
  generation: number,
): Promise<KeyObject> {
  assert(Number.isSafeInteger(generation) && generation >= 0, 'generations of the content key count from 0');
  const parts = [1, 2].map((part) => keyRing.sign('content', `generation ${generation}, part ${part}`));
  const drawn = BigInt(`0x${Buffer.concat(await Promise.all(parts)).toString('hex')}`);
  const scalar = Buffer.from(((drawn % (ORDER - 1n)) + 1n).toString(16).padStart(2 * SCALAR_BYTES, '0'), 'hex');
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(scalar);
  // One byte that says that both coordinates follow.
  const point = pair.getPublicKey();
  const [x, y] = [point.subarray(1, 1 + SCALAR_BYTES), point.subarray(1 + SCALAR_BYTES)];
  const jwk = { kty: 'EC', crv: 'P-256', d: scalar.toString('base64url') };
  return createPrivateKey({
    format: 'jwk',
    key: { ...jwk, x: x.toString('base64url'), y: y.toString('base64url') },
  });
}

/** As CloudFront takes it. */
export function publicContentKey(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
}
