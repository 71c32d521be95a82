import { Buffer } from 'node:buffer';
import type { AccountId } from '@syncline/protocol';
import type { KeyRing } from '../runtime/key-ring.ts';
import type { ObjectHead } from './object-store.ts';

/** Bytes of a tag: 128 bits, which nobody can guess. */
const WRITER_TAG_BYTES = 16;

/**
 * The mark that a signed PUT leaves on the object it stores: it says which account sent the bytes, to the server alone.
 * Another tag for every object, so that readers of objects, who are shown their metadata, cannot tell which of them one
 * account wrote. Shape: 32 lowercase hexadecimal digits.
 * Source: docs/decisions/0060-writer-tags.md
 */
export async function writerTag(
  deps: { readonly keyRing: KeyRing },
  written: { readonly accountId: AccountId; readonly objectKey: string },
): Promise<string> {
  const mac = await deps.keyRing.sign('writer', `${written.accountId}\n${written.objectKey}`);
  return Buffer.from(mac.subarray(0, WRITER_TAG_BYTES)).toString('hex');
}

/**
 * Whether the object at `objectKey` is the one expected and was sent by this account, which proves that the account has
 * the bytes. Anything less (an object that somebody else stored a moment ago) must be answered with a challenge.
 */
export async function isWrittenBy(
  deps: { readonly keyRing: KeyRing },
  written: { readonly accountId: AccountId; readonly objectKey: string },
  object: { readonly head: ObjectHead | undefined; readonly sha256: string; readonly size: number },
): Promise<boolean> {
  const { head } = object;
  if (head === undefined || head.sha256 !== object.sha256 || head.size !== object.size) return false;
  return head.writer !== undefined && head.writer === (await writerTag(deps, written));
}
