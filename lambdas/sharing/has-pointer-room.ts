import type { AccountId } from '@syncline/protocol';
import { POINTERS_MAX, POINTERS_OF_ONE_MAX } from './limits.ts';

/** Whether one more invitation by this account can be found by the address that it is for, beside those that can. */
export function hasPointerRoom(pointers: readonly { readonly invitedBy: AccountId }[], invitedBy: AccountId): boolean {
  const own = pointers.filter((pointer) => pointer.invitedBy === invitedBy);
  return pointers.length < POINTERS_MAX && own.length < POINTERS_OF_ONE_MAX;
}
