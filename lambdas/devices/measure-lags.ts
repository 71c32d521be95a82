import { type DeviceId, type DeviceLag, type NamespaceId, parseInstant, SECOND_MS } from '@syncline/protocol';
import type { JournalPosition, StoredDevice } from '../accounts/account-store.ts';
import type { NamespaceHead, NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { LAG_READS_IN_FLIGHT_MAX } from './limits.ts';

export interface MeasureLagsDependencies {
  readonly namespaces: Pick<NamespaceStore, 'listEntries' | 'readAccess'>;
  readonly clock: Pick<Clock, 'now'>;
}

type Heads = ReadonlyMap<NamespaceId, NamespaceHead>;

/**
 * How far devices are behind the journals that they follow, as far as the account may read them now. Left out are devices that were
 * unlinked, or have never read changes. Cost: a read a namespace, and a Query for each place in a journal at which a device waits.
 */
export async function measureLags(
  { namespaces, clock }: MeasureLagsDependencies,
  devices: readonly StoredDevice[],
  { accountId }: Caller,
): Promise<ReadonlyMap<DeviceId, DeviceLag>> {
  const live = devices.flatMap(({ deviceId, revokedAt, positions }) =>
    revokedAt === undefined && positions !== undefined ? [{ deviceId, positions }] : [],
  );
  const ids = [...new Set(live.flatMap(({ positions }) => positions.map(({ namespaceId }) => namespaceId)))];
  const accesses = await mapBounded(LAG_READS_IN_FLIGHT_MAX, ids, (namespaceId) =>
    namespaces.readAccess({ namespaceId, accountId }),
  );
  const heads: Heads = new Map(accesses.flatMap((access) => (access ? [[access.head.namespaceId, access.head]] : [])));
  const waiting = new Map<string, JournalPosition>();
  for (const position of live.flatMap(({ positions }) => positions)) {
    if (entriesBehind(heads, position) > 0) waiting.set(positionKey(position), position);
  }
  const since = new Map(
    await mapBounded(LAG_READS_IN_FLIGHT_MAX, [...waiting], async ([key, { namespaceId, epoch, seq }]) => {
      // Of another epoch nothing is known but that all of it is new.
      const after = heads.get(namespaceId)?.epoch === epoch ? seq : 0;
      const [next] = await namespaces.listEntries({ namespaceId, after, limit: 1 });
      return [key, next === undefined ? undefined : parseInstant(next.changedAt)] as const;
    }),
  );
  const now = clock.now();
  return new Map(
    live.map(({ deviceId, positions }) => {
      const oldest = Math.min(now, ...positions.map((position) => since.get(positionKey(position)) ?? now));
      const entries = positions.reduce((sum, position) => sum + entriesBehind(heads, position), 0);
      return [deviceId, { entries, seconds: Math.floor((now - oldest) / SECOND_MS) }];
    }),
  );
}

/** What nobody may read any more is nothing to wait for. */
function entriesBehind(heads: Heads, { namespaceId, epoch, seq }: JournalPosition): number {
  const head = heads.get(namespaceId);
  if (head === undefined) return 0;
  return head.epoch === epoch ? Math.max(0, head.seq - seq) : head.seq;
}

function positionKey({ namespaceId, epoch, seq }: JournalPosition): string {
  return `${namespaceId}/${epoch}/${seq}`;
}
