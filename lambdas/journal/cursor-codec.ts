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

const Payload = z.strictObject({
  account: AccountId,
  at: z.array(z.tuple([NamespaceId, z.int(), z.int()])).check(z.maxLength(CURSOR_NAMESPACES_MAX)),
});

/** A cursor that only this account can use. */
export async function signCursor(
  keyRing: KeyRing,
  account: AccountId,
  positions: readonly Position[],
): Promise<Cursor> {
  const at = positions.map(({ namespaceId, epoch, seq }) => [namespaceId, epoch, seq]);
  return Cursor.parse(await signToken(keyRing, 'cursor', { account, at }));
}

/** The positions of a cursor of this account; undefined when it was forged, damaged, or made for another account. */
export async function readCursor(
  keyRing: KeyRing,
  account: AccountId,
  cursor: Cursor,
): Promise<readonly Position[] | undefined> {
  const payload = await readToken(keyRing, 'cursor', { token: cursor, schema: Payload });
  if (payload === undefined || payload.account !== account) return undefined;
  return payload.at.map(([namespaceId, epoch, seq]) => ({ namespaceId, epoch, seq }));
}
