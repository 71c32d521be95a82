import type { EpochMs } from '@syncline/protocol';
import type { Tracer } from './meter.ts';

/** Of a journal entry, what tells how late somebody is who follows the journal, and after which request. */
export interface EntryTrace {
  /** When it was dated; absent where nobody asks. */
  readonly changedAt?: EpochMs;
  /** By which the request that made it is found in logs; absent where none did. */
  readonly requestId?: string;
}

export function traceEntries(tracer: Tracer, entries: readonly EntryTrace[]): void {
  for (const { requestId } of entries) if (requestId !== undefined) tracer.trace(requestId);
}

/** How long the oldest entry had waited; nothing where none says when it was dated. An entry may be dated later than now, by the floor of its namespace. */
export function lagOf(entries: readonly EntryTrace[], now: EpochMs): { readonly lagMs?: number } {
  const dates = entries.flatMap(({ changedAt }) => changedAt ?? []);
  return dates.length === 0 ? {} : { lagMs: Math.max(0, now - Math.min(...dates)) };
}
