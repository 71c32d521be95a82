import { DAY_MS, HOUR_MS } from '@syncline/protocol';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import type { Crash } from './simulated-device.ts';

/** Something that happens in a storm among people who share folders. `times`: so many people do something at about one time. */
export type PeopleDoing =
  | { readonly type: 'act'; readonly times: number }
  | { readonly type: 'edit'; readonly times: number }
  | ({ readonly type: 'crash' } & Crash)
  | { readonly type: 'offline'; readonly forMs: number }
  | { readonly type: 'leap'; readonly byMs: number }
  | { readonly type: 'expire'; readonly afterMs: number }
  | { readonly type: 'sweep'; readonly agesMs: readonly number[] }
  | { readonly type: 'repair' };

export interface PlannedAmongPeople {
  readonly number: number;
  /** Time from the one before. */
  readonly afterMs: number;
  /** Chooses a person or a device. */
  readonly who: number;
  readonly doing: PeopleDoing;
}

export interface PeopleHistory {
  readonly people: number;
  /** Whose devices there are: numbers of people. */
  readonly devices: readonly number[];
  /** Whether it begins with a folder that all have. */
  readonly hasFolder: boolean;
  /** The doing of the first storm before which the tables are set back to that time, when that storm is over. */
  readonly setBackAt: number | undefined;
  readonly storms: readonly (readonly PlannedAmongPeople[])[];
}

const DEVICES: readonly (readonly number[])[] = [[], [], [0], [0], [0, 1]];
const DOINGS = { least: 8, most: 26 };
/** Chunks are looked at twice, and go after their grace: so long the sweep's own clock goes on, step by step. */
const COURSES: readonly (readonly number[])[] = [
  [0],
  [49 * HOUR_MS],
  [49 * HOUR_MS, 25 * HOUR_MS],
  [49 * HOUR_MS, 25 * HOUR_MS, 36 * DAY_MS],
  [49 * HOUR_MS, 25 * HOUR_MS, 30 * DAY_MS],
  [25 * HOUR_MS, 36 * DAY_MS],
];
/** The retention has three steps: a day, a week, 30 days. */
const EXPIRED_MS = [0, 25 * HOUR_MS, 8 * DAY_MS, 31 * DAY_MS, 31 * DAY_MS];
/** Share of the histories with that fault: each is run twice as far. */
const SET_BACK_SHARE = 0.5;
const LEAPS_MS = [HOUR_MS, 25 * HOUR_MS, 50 * HOUR_MS, 8 * DAY_MS, 31 * DAY_MS];
/** Whoever looks after a service lets no journal end before it was projected: leaps of one history come to less than 180 days. */
const LEAPS_MS_MAX = 165 * DAY_MS;

/** Draws a history of people. What is dropped is left out without changing anything else that is drawn. */
export function drawPeopleHistory(
  chance: Chance,
  faults: Faults,
  { dropped, isSetBack }: { readonly dropped: ReadonlySet<number>; readonly isSetBack: boolean },
): PeopleHistory {
  const people = chance.pick([2, 3, 3, 4]);
  const devices = chance.pick(DEVICES);
  const hasFolder = chance.happens(0.9);
  const pauseMs = Math.exp(Math.log(50) + chance.fraction() * Math.log(60));
  const storms: PlannedAmongPeople[][] = [];
  let leftMs = LEAPS_MS_MAX;
  let number = 0;
  for (let count = chance.pick([1, 1, 2]); count > 0; count--) {
    const planned: PlannedAmongPeople[] = [];
    for (let doings = chance.between(DOINGS.least, DOINGS.most); doings > 0; doings--) {
      const own = chance.fork(`doing ${number}`);
      const drawn = drawDoing(own, faults);
      const doing = lengthOf(drawn) > leftMs ? ({ type: 'repair' } as const) : drawn;
      leftMs -= lengthOf(doing);
      const afterMs = -Math.log(1 - own.fraction()) * pauseMs;
      if (!dropped.has(number)) planned.push({ number, afterMs, who: own.uint32(), doing });
      number += 1;
    }
    storms.push(planned);
  }
  const isDrawn = faults.isOn('tables-set-back') && chance.happens(SET_BACK_SHARE);
  const setBackAt = isDrawn || isSetBack ? chance.pick(storms[0]?.map((planned) => planned.number) ?? [0]) : undefined;
  return { people, devices, hasFolder, setBackAt, storms };
}

function lengthOf(doing: PeopleDoing): number {
  if (doing.type === 'leap') return doing.byMs;
  if (doing.type === 'expire') return doing.afterMs;
  return doing.type === 'sweep' ? doing.agesMs.reduce((sum, ageMs) => sum + ageMs, 0) : 0;
}

function drawDoing(chance: Chance, faults: Faults): PeopleDoing {
  const kinds: readonly { readonly type: PeopleDoing['type']; readonly weight: number }[] = [
    { type: 'act', weight: 14 },
    { type: 'edit', weight: 2 },
    { type: 'expire', weight: 2 },
    { type: 'repair', weight: 0.5 },
    { type: 'sweep', weight: faults.isOn('sweep') ? 3 : 0.5 },
    { type: 'leap', weight: faults.isOn('leap') ? 1 : 0 },
    { type: 'crash', weight: faults.isOn('crash') ? 1 : 0 },
    { type: 'offline', weight: faults.isOn('offline') ? 1 : 0 },
  ];
  let left = chance.fraction() * kinds.reduce((sum, { weight }) => sum + weight, 0);
  const kind = kinds.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return drawOne(chance, kind?.type ?? 'act');
}

function drawOne(chance: Chance, type: PeopleDoing['type']): PeopleDoing {
  switch (type) {
    case 'act':
      return { type, times: chance.pick([1, 2, 3, 4, 6]) };
    case 'edit':
      return { type, times: chance.pick([1, 1, 2, 3]) };
    case 'crash':
      return { type, restartAfterMs: 1000, losesPower: false, state: 'kept', rolledBack: 0 };
    case 'offline':
      return { type, forMs: chance.fraction() * 60_000 };
    case 'leap':
      return { type, byMs: chance.pick(LEAPS_MS) };
    case 'expire':
      return { type, afterMs: chance.pick(EXPIRED_MS) };
    case 'sweep':
      return { type, agesMs: chance.pick(COURSES) };
    case 'repair':
      return { type };
  }
}
