import type { EpochMs } from '@syncline/protocol';

/**
 * Entries up to the first gap among those that have not expired. Rows that have are deleted late and in any order, so
 * that what lies behind such a gap is not evidence of everything before it.
 */
export function firstLiveRun<Entry extends { readonly seq: number; readonly expiresAt: EpochMs }>(
  entries: readonly Entry[],
  now: number,
): readonly Entry[] {
  const run: Entry[] = [];
  for (const entry of entries) {
    if (entry.expiresAt <= now) {
      if (run.length > 0) break;
      continue;
    }
    const previous = run.at(-1);
    if (previous !== undefined && entry.seq !== previous.seq + 1) break;
    run.push(entry);
  }
  return run;
}
