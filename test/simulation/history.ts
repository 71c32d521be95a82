import { DAY_MS, HOUR_MS } from '@syncline/protocol';
import type { Chance } from './chance.ts';
import type { FaultKind, Faults } from './faults.ts';
import { PROBES, type Probe } from './prober.ts';
import type { Crash } from './simulated-device.ts';

/** Something that happens in a storm, to one device or as far as one device can tell. */
export type Doing =
  | { readonly type: 'edit'; readonly times: number }
  | ({ readonly type: 'crash' } & Crash)
  | { readonly type: 'offline'; readonly forMs: number }
  | { readonly type: 'unmount'; readonly forMs: number; readonly as: 'absent' | 'empty' }
  | { readonly type: 'full'; readonly forMs: number }
  | { readonly type: 'jump'; readonly clock: 'device' | 'service'; readonly byMs: number }
  | { readonly type: 'leap'; readonly byMs: number }
  | { readonly type: 'sweep' }
  | { readonly type: 'probe'; readonly what: Probe };

export interface Planned {
  readonly number: number;
  /** Time from the one before. */
  readonly afterMs: number;
  readonly device: number;
  /** Undefined: at that time. Else when the device is about to make its n-th call after that time. */
  readonly calls: number | undefined;
  readonly doing: Doing;
}

/** What happens, in order. */
export type Storm = readonly Planned[];
/** What one seed says: who takes part, and what happens. Between two storms everything comes to rest and is checked. */
export interface History {
  readonly devices: number;
  /** Devices of another account, which happen to have the same bytes. */
  readonly strangers: number;
  /** The doing of the first storm before which the tables are set back to that time, when that storm is over. */
  readonly setBackAt: number | undefined;
  readonly storms: readonly Storm[];
}

const DEVICES = [2, 2, 2, 3, 3, 4];
const STRANGERS_SHARE = 0.15;
const DOINGS = { least: 4, most: 24 };
const CALLS_MAX = 200;
/** Share of the faults that wait for a call of their device. */
const AIMED_SHARE = 0.7;
const ROLLED_BACK_MAX = 12;
const JUMP_MS_MAX = 30 * DAY_MS;
/** Share of the histories with that fault: each is run twice as far. */
const SET_BACK_SHARE = 0.5;

/** Draws a history. What is dropped is left out without changing anything else that is drawn. */
export function drawHistory(
  chance: Chance,
  faults: Faults,
  { dropped, isSetBack }: { readonly dropped: ReadonlySet<number>; readonly isSetBack: boolean },
): History {
  const devices = chance.pick(DEVICES);
  const strangers = chance.happens(STRANGERS_SHARE) ? 1 : 0;
  const storms: Storm[] = [];
  const pauseMs = Math.exp(Math.log(200) + chance.fraction() * Math.log(150));
  const stormCount = chance.pick([1, 1, 2]);
  let number = 0;
  for (let storm = 0; storm < stormCount; storm++) {
    const planned: Planned[] = [];
    for (let count = chance.between(DOINGS.least, DOINGS.most); count > 0; count--) {
      const own = chance.fork(`doing ${number}`);
      const doing = drawDoing(own, faults);
      const calls = doing.type !== 'edit' && own.happens(AIMED_SHARE) ? drawCalls(own) : undefined;
      const afterMs = -Math.log(1 - own.fraction()) * pauseMs;
      if (!dropped.has(number)) {
        planned.push({ number, afterMs, device: own.below(devices + strangers), calls, doing });
      }
      number += 1;
    }
    storms.push(planned);
  }
  const own = chance.fork('set back');
  const isDrawn = faults.isOn('tables-set-back') && own.happens(SET_BACK_SHARE);
  // Nobody knows how long ago a moment was whose clock has jumped since.
  const canBeSetBack = !faults.isOn('clock-jump');
  const numbers = storms[0]?.map((planned) => planned.number) ?? [];
  const setBackAt = canBeSetBack && (isDrawn || isSetBack) && numbers.length > 0 ? own.pick(numbers) : undefined;
  return { devices, strangers, setBackAt, storms };
}

/** Kinds of doings with the fault that they are, and how often they come beside edits. */
const KINDS: readonly { readonly type: Doing['type']; readonly fault: FaultKind; readonly weight: number }[] = [
  { type: 'crash', fault: 'crash', weight: 3 },
  { type: 'offline', fault: 'offline', weight: 2 },
  { type: 'unmount', fault: 'unmount', weight: 2 },
  { type: 'full', fault: 'disk-full', weight: 1 },
  { type: 'jump', fault: 'clock-jump', weight: 2 },
  { type: 'leap', fault: 'leap', weight: 1 },
  { type: 'sweep', fault: 'sweep', weight: 1 },
  { type: 'probe', fault: 'probe', weight: 2 },
];
const EDIT_WEIGHT = 6;

function drawDoing(chance: Chance, faults: Faults): Doing {
  const kinds = KINDS.filter(({ fault }) => faults.isOn(fault));
  let left = chance.fraction() * kinds.reduce((sum, { weight }) => sum + weight, EDIT_WEIGHT);
  for (const { type, weight } of kinds) {
    left -= weight;
    if (left < 0) return drawFault(chance, faults, type);
  }
  return { type: 'edit', times: chance.pick([1, 1, 2, 3, 5]) };
}

function drawFault(chance: Chance, faults: Faults, type: Doing['type']): Doing {
  const forMs = Math.exp(Math.log(1000) + chance.fraction() * Math.log(600));
  switch (type) {
    case 'edit':
      return { type, times: 1 };
    case 'crash': {
      const states = [
        ...(faults.isOn('state-lost') ? (['lost'] as const) : []),
        ...(faults.isOn('state-rolled-back') ? (['rolled-back'] as const) : []),
      ];
      return {
        type,
        restartAfterMs: forMs / 10,
        losesPower: faults.isOn('power-lost') && chance.happens(0.5),
        state: states.length > 0 && chance.happens(0.5) ? chance.pick(states) : 'kept',
        rolledBack: chance.between(1, ROLLED_BACK_MAX),
      };
    }
    case 'offline':
      return { type, forMs };
    case 'unmount':
      return { type, forMs, as: chance.pick(['absent', 'empty']) };
    case 'full':
      return { type, forMs };
    case 'jump': {
      const byMs = Math.round((chance.fraction() * 2 - 1) * JUMP_MS_MAX);
      return { type, clock: chance.pick(['device', 'device', 'service']), byMs };
    }
    case 'leap':
      return { type, byMs: chance.pick([HOUR_MS, 25 * HOUR_MS, 50 * HOUR_MS, 36 * DAY_MS, 200 * DAY_MS]) };
    case 'sweep':
      return { type };
    case 'probe':
      return { type, what: chance.pick(PROBES) };
  }
}

function drawCalls(chance: Chance): number {
  // Near moments are the likelier ones: soon after an edit most devices are at work.
  return 1 + Math.floor(CALLS_MAX * chance.fraction() ** 2);
}
