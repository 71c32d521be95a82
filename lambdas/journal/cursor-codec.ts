import { AccountId, Cursor, NamespaceId } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { KeyRing } from '../runtime/key-ring.ts';
import { readToken, signToken } from '../runtime/signed-token.ts';
import { CURSOR_NAMESPACES_MAX } from './limits.ts';

/** Where one journal has been read to. */
export interface Position {
  readonly namespaceId: NamespaceId;
  readonly epoch: number;
  readonly seq: number;
}

/** `mounts`: it goes on in whatever is mounted in the first of its namespaces, the home. */
const Payload = z.strictObject({
  account: AccountId,
  mounts: z.optional(z.literal(true)),
  at: z.array(z.tuple([NamespaceId, z.int(), z.int()])).check(z.maxLength(CURSOR_NAMESPACES_MAX)),
});

export interface ReadCursor {
  readonly positions: readonly Position[];
  /** Whether it goes on in whatever is mounted in the first namespace, which is the home. */
  readonly mounts: boolean;
}

/** A cursor that only this account can use. */
export async function signCursor(
  keyRing: KeyRing,
  account: AccountId,
  { positions, mounts = false }: { readonly positions: readonly Position[]; readonly mounts?: boolean },
): Promise<Cursor> {
  const at = positions.map(({ namespaceId, epoch, seq }) => [namespaceId, epoch, seq]);
  return Cursor.parse(await signToken(keyRing, 'cursor', { account, at, ...(mounts ? { mounts } : {}) }));
}

/** What a cursor of this account says; undefined when it was forged, damaged, or made for another account. */
export async function readCursor(
  keyRing: KeyRing,
  account: AccountId,
  cursor: Cursor,
): Promise<ReadCursor | undefined> {
  const payload = await readToken(keyRing, 'cursor', { token: cursor, schema: Payload });
  if (payload === undefined || payload.account !== account) return undefined;
  const positions = payload.at.map(([namespaceId, epoch, seq]) => ({ namespaceId, epoch, seq }));
  return { positions, mounts: payload.mounts === true };
}
