import type { Node } from '@syncline/protocol';
import { modifiedAtOf } from '../files/modified-at.ts';

/** Pictures of one day, and of the month that it is in. */
export interface PhotoMonth {
  /** Such as `2026-11`. */
  readonly month: string;
  readonly days: readonly PhotoDay[];
}

export interface PhotoDay {
  /** Such as `2026-11-26`, of the person's own calendar. */
  readonly day: string;
  readonly photos: readonly Node[];
}

/** By month and day, newest first, each picture once. `timeZone` is that of the person; that of the browser without it. */
export function groupPhotos(photos: readonly Node[], timeZone?: string): readonly PhotoMonth[] {
  const seen = new Set<string>();
  const days = new Map<string, Node[]>();
  // One written like ISO 8601 everywhere: years, months and days of a language are for those who read.
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone });
  const sorted = photos.toSorted((a, b) => Date.parse(modifiedAtOf(b)) - Date.parse(modifiedAtOf(a)));
  for (const photo of sorted) {
    const key = `${photo.namespaceId}/${photo.nodeId}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const day = format.format(Date.parse(modifiedAtOf(photo)));
    days.set(day, [...(days.get(day) ?? []), photo]);
  }
  const months = new Map<string, PhotoDay[]>();
  for (const [day, of] of days) {
    const month = day.slice(0, 7);
    months.set(month, [...(months.get(month) ?? []), { day, photos: of }]);
  }
  return [...months].map(([month, all]) => ({ month, days: all }));
}
