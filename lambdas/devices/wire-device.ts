import type { Device } from '@syncline/protocol';
import type { StoredDevice } from '../accounts/account-store.ts';

/** A device as its owner sees it, without its sign-in. How far it has come is told as how far it is behind, where that is asked for. */
export function toWireDevice({ positions: _positions, signIn: _signIn, ...device }: StoredDevice): Device {
  return device;
}
