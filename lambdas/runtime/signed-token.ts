import { timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import type { KeyPurpose, KeyRing } from './key-ring.ts';

/** Bytes of the MAC that a token carries: 128 bits, more than anybody can try. */
const MAC_BYTES = 16;

/** Writes what only the server is to read again: base64url of JSON, a dot, base64url of a MAC over it. */
export async function signToken(keyRing: KeyRing, purpose: KeyPurpose, payload: unknown): Promise<string> {
  const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return `${text}.${(await macOf(keyRing, purpose, text)).toString('base64url')}`;
}

/** The payload of a token that this deployment signed for this purpose, or undefined: forged, foreign, damaged, of another form. */
export async function readToken<S extends z.core.$ZodType>(
  keyRing: KeyRing,
  purpose: KeyPurpose,
  { token, schema }: { readonly token: string; readonly schema: S },
): Promise<z.output<S> | undefined> {
  const [text = '', mac = '', ...rest] = token.split('.');
  const given = Buffer.from(mac, 'base64url');
  if (rest.length > 0 || given.length !== MAC_BYTES) return undefined;
  if (!timingSafeEqual(given, await macOf(keyRing, purpose, text))) return undefined;
  const decoded = z.safeParse(schema, JSON.parse(Buffer.from(text, 'base64url').toString()));
  return decoded.success ? decoded.data : undefined;
}

async function macOf(keyRing: KeyRing, purpose: KeyPurpose, text: string): Promise<Buffer> {
  return Buffer.from((await keyRing.sign(purpose, text)).subarray(0, MAC_BYTES));
}
