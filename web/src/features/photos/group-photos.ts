import type { Node } from '@syncline/protocol';
import { modifiedAtOf } from '../files/modified-at.ts';

/** Pictures of one day, and of the month that it is in. */
export interface PhotoMonth {
  /** Such as `2026-11`. */
  readonly month: string;
  readonly days: readonly PhotoDay[];
}

export interface PhotoDay {
  /** Such as `2026-11-26`: where the picture was taken, or else of the person's own calendar. */
  readonly day: string;
  readonly photos: readonly Node[];
}

export interface PhotoCalendar {
  /** By the clock of the camera, as far as it is known (`readTakenAt`). */
  readonly takenAt: (photo: Node) => string | undefined;
  /** Of the person; that of the browser without it. */
  readonly timeZone?: string;
}

/** By month and day, newest first, each picture once. A picture that does not say when it was taken stands at the time of its last change. */
export function groupPhotos(photos: readonly Node[], { takenAt, timeZone }: PhotoCalendar): readonly PhotoMonth[] {
  // One written like ISO 8601 everywhere: years, months and days of a language are for those who read. So times of cameras compare with it.
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone });
  const timed = new Map<string, Timed>();
  for (const photo of photos) {
    const time = takenAt(photo) ?? format.format(Date.parse(modifiedAtOf(photo)));
    timed.set(`${photo.namespaceId}/${photo.nodeId}`, { photo, time });
  }
  const days = new Map<string, Node[]>();
  for (const { photo, time } of [...timed.values()].toSorted(newestFirst)) {
    const day = time.slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), photo]);
  }
  const months = new Map<string, PhotoDay[]>();
  for (const [day, of] of days) {
    const month = day.slice(0, 7);
    months.set(month, [...(months.get(month) ?? []), { day, photos: of }]);
  }
  return [...months].map(([month, all]) => ({ month, days: all }));
}

interface Timed {
  readonly photo: Node;
  readonly time: string;
}

function newestFirst(a: Timed, b: Timed): number {
  if (a.time !== b.time) return a.time < b.time ? 1 : -1;
  return Date.parse(modifiedAtOf(b.photo)) - Date.parse(modifiedAtOf(a.photo));
}
