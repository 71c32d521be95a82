import { type DeviceId, type DeviceLag, type NamespaceId, parseInstant, SECOND_MS } from '@syncline/protocol';
import type { JournalPosition, StoredDevice } from '../accounts/account-store.ts';
import type { JournalEntry, NamespaceHead, NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { LAG_READS_IN_FLIGHT_MAX, OWN_ENTRIES_READ_MAX } from './limits.ts';

export interface MeasureLagsDependencies {
  readonly namespaces: Pick<NamespaceStore, 'listEntries' | 'readAccess'>;
  readonly clock: Pick<Clock, 'now'>;
}

type Heads = ReadonlyMap<NamespaceId, NamespaceHead>;

/**
 * How far devices are behind the journals that they follow, as far as the account may read them now. Left out are devices that were
 * unlinked, or have never read changes. What a device has committed itself it need not read: it is not behind those entries, of which up to
 * OWN_ENTRIES_READ_MAX are found. Cost: a read a namespace, and a Query for each place in a journal at which a device waits.
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
  const unread = new Map(
    await mapBounded(LAG_READS_IN_FLIGHT_MAX, [...waiting], async ([key, position]) => {
      const { namespaceId, seq } = position;
      const page = isContinued(heads, position) ? { after: seq, limit: OWN_ENTRIES_READ_MAX } : { after: 0, limit: 1 };
      return [key, await namespaces.listEntries({ namespaceId, ...page })] as const;
    }),
  );
  const now = clock.now();
  return new Map(
    live.map(({ deviceId, positions }) => {
      const waits = positions.map((position) => {
        const entries = unread.get(positionKey(position)) ?? [];
        const author = isContinued(heads, position) ? deviceId : undefined;
        return waitFor({ author, entries, behind: entriesBehind(heads, position) });
      });
      const oldest = Math.min(now, ...waits.map(({ since = now }) => since));
      const entries = waits.reduce((sum, wait) => sum + wait.behind, 0);
      return [deviceId, { entries, seconds: Math.floor((now - oldest) / SECOND_MS) }];
    }),
  );
}

/** Whether a journal goes on from a position. Of one of another epoch nothing is known but that all of it is new. */
function isContinued(heads: Heads, { namespaceId, epoch }: JournalPosition): boolean {
  return heads.get(namespaceId)?.epoch === epoch;
}

/** What of the entries behind a position a device waits for, and since when: from the first on that is not of `author`. */
function waitFor(journal: {
  readonly author: DeviceId | undefined;
  readonly entries: readonly JournalEntry[];
  readonly behind: number;
}): { readonly behind: number; readonly since: number | undefined } {
  const { author, entries, behind } = journal;
  const own = entries.findIndex(({ deviceId }) => deviceId !== author);
  const left = behind - (own === -1 ? entries.length : own);
  const next = entries[own === -1 ? entries.length - 1 : own];
  return left <= 0 || next === undefined
    ? { behind: 0, since: undefined }
    : { behind: left, since: parseInstant(next.changedAt) };
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
