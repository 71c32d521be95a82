import { parseInstant } from '@syncline/protocol';
import type { AccountStore, JournalPosition } from '../accounts/account-store.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { POSITIONS_KEPT_MAX, SEEN_BUSY_MS, SEEN_IDLE_MS } from './limits.ts';

export interface SeeDeviceDependencies {
  readonly accounts: Pick<AccountStore, 'seeDevice'>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface ToldPositions {
  readonly positions: readonly JournalPosition[];
  /** These are all that the device follows. */
  readonly isWhole: boolean;
  /** There is nothing behind them. */
  readonly isUpToDate: boolean;
}

/**
 * Keeps that a device was there and how far it has come, seldom enough to cost nothing: when it has come to the end of what it follows, a
 * minute after the last time while it has not, and every few minutes while nothing happens. Of journals that it does not tell of, what was
 * kept stays, unless it has told of all.
 * Nobody waits for it: where the store does not answer, the next time does. Cost: one write, or none.
 */
export async function seeDevice(
  { accounts, clock }: SeeDeviceDependencies,
  told: ToldPositions,
  { accountId, device }: DeviceCaller,
): Promise<void> {
  const now = clock.now();
  const known = device.positions ?? [];
  const isNews = told.positions.some((position) => !known.some((one) => isSamePosition(one, position)));
  const ageMs = now - parseInstant(device.lastSeenAt);
  const isDue = ageMs >= SEEN_IDLE_MS || (isNews && (told.isUpToDate || ageMs >= SEEN_BUSY_MS));
  if (!isDue) return;
  const others = told.isWhole
    ? []
    : known.filter(({ namespaceId }) => !told.positions.some((one) => one.namespaceId === namespaceId));
  const positions = [...told.positions, ...others].slice(0, POSITIONS_KEPT_MAX);
  try {
    await accounts.seeDevice({ accountId, deviceId: device.deviceId }, { at: now, positions });
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
  }
}

function isSamePosition(left: JournalPosition, right: JournalPosition): boolean {
  return left.namespaceId === right.namespaceId && left.epoch === right.epoch && left.seq === right.seq;
}
