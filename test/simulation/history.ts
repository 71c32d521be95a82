import { DAY_MS, HOUR_MS } from '@syncline/protocol';
import type { Chance } from './chance.ts';
import type { FaultKind, Faults } from './faults.ts';

/** Something that happens in a storm. */
export type Doing =
  | { readonly type: 'edit'; readonly device: number; readonly times: number }
  | {
      readonly type: 'crash';
      readonly device: number;
      readonly calls: number;
      readonly when: 'before' | 'after';
      readonly restartAfterMs: number;
      readonly state: 'kept' | 'lost' | 'rolled-back';
      readonly rolledBack: number;
    }
  | { readonly type: 'offline'; readonly device: number; readonly forMs: number }
  | { readonly type: 'unmount'; readonly device: number; readonly forMs: number; readonly as: 'absent' | 'empty' }
  /** Without a device: the service's clock. */
  | { readonly type: 'jump'; readonly device: number | undefined; readonly byMs: number }
  | { readonly type: 'leap'; readonly byMs: number }
  | { readonly type: 'sweep' };

/** What happens when: in order, each so many ms after the one before. */
export interface Storm {
  readonly doings: readonly { readonly number: number; readonly afterMs: number; readonly doing: Doing }[];
}

/** What one seed says: who takes part, and what happens. Between two storms everything comes to rest and is checked. */
export interface History {
  readonly devices: number;
  /** Devices of another account, which happen to have the same bytes. */
  readonly strangers: number;
  readonly storms: readonly Storm[];
}

const DEVICES = [2, 2, 2, 3, 3, 4];
const STRANGERS_SHARE = 0.15;
const DOINGS = { least: 4, most: 24 };
const CALLS_MAX = 60;
const ROLLED_BACK_MAX = 12;
const JUMP_MS_MAX = 30 * DAY_MS;

/** Draws a history. What is dropped is left out without changing anything else that is drawn. */
export function drawHistory(chance: Chance, faults: Faults, dropped: ReadonlySet<number>): History {
  const devices = chance.pick(DEVICES);
  const strangers = chance.happens(STRANGERS_SHARE) ? 1 : 0;
  const storms: Storm[] = [];
  const pauseMs = Math.exp(Math.log(200) + chance.fraction() * Math.log(150));
  let number = 0;
  const stormCount = chance.pick([1, 1, 2]);
  for (let storm = 0; storm < stormCount; storm++) {
    const doings: Storm['doings'][number][] = [];
    for (let count = chance.between(DOINGS.least, DOINGS.most); count > 0; count--) {
      const own = chance.fork(`doing ${number}`);
      const doing = drawDoing(own, faults, devices + strangers);
      if (!dropped.has(number)) doings.push({ number, afterMs: -Math.log(1 - own.fraction()) * pauseMs, doing });
      number += 1;
    }
    storms.push({ doings });
  }
  return { devices, strangers, storms };
}

/** Kinds of doings with the fault that they are, and how often they come beside edits. */
const KINDS: readonly { readonly type: Doing['type']; readonly fault: FaultKind; readonly weight: number }[] = [
  { type: 'crash', fault: 'crash', weight: 3 },
  { type: 'offline', fault: 'offline', weight: 2 },
  { type: 'unmount', fault: 'unmount', weight: 2 },
  { type: 'jump', fault: 'clock-jump', weight: 2 },
  { type: 'leap', fault: 'leap', weight: 1 },
  { type: 'sweep', fault: 'sweep', weight: 1 },
];
const EDIT_WEIGHT = 6;

function drawDoing(chance: Chance, faults: Faults, devices: number): Doing {
  const kinds = KINDS.filter(({ fault }) => faults.isOn(fault));
  const device = chance.below(devices);
  let left = chance.fraction() * kinds.reduce((sum, { weight }) => sum + weight, EDIT_WEIGHT);
  for (const { type, weight } of kinds) {
    left -= weight;
    if (left < 0) return drawFault(chance, faults, { type, device });
  }
  return { type: 'edit', device, times: chance.pick([1, 1, 2, 3, 5]) };
}

function drawFault(
  chance: Chance,
  faults: Faults,
  { type, device }: { readonly type: Doing['type']; readonly device: number },
): Doing {
  const forMs = Math.exp(Math.log(1000) + chance.fraction() * Math.log(600));
  switch (type) {
    case 'edit':
      return { type, device, times: 1 };
    case 'crash': {
      const states = [
        ...(faults.isOn('state-lost') ? (['lost'] as const) : []),
        ...(faults.isOn('state-rolled-back') ? (['rolled-back'] as const) : []),
      ];
      return {
        type,
        device,
        calls: chance.between(1, CALLS_MAX),
        when: chance.pick(['before', 'after']),
        restartAfterMs: forMs / 10,
        state: states.length > 0 && chance.happens(0.5) ? chance.pick(states) : 'kept',
        rolledBack: chance.between(1, ROLLED_BACK_MAX),
      };
    }
    case 'offline':
      return { type, device, forMs };
    case 'unmount':
      return { type, device, forMs, as: chance.pick(['absent', 'empty']) };
    case 'jump':
      return {
        type,
        device: chance.happens(0.3) ? undefined : device,
        byMs: (chance.fraction() * 2 - 1) * JUMP_MS_MAX,
      };
    case 'leap':
      return { type, byMs: chance.pick([HOUR_MS, 25 * HOUR_MS, 50 * HOUR_MS, 36 * DAY_MS, 200 * DAY_MS]) };
    case 'sweep':
      return { type };
  }
}
