import type { Chance } from './chance.ts';

/** What can go wrong, each switched on or off for a whole history. */
export const FAULT_KINDS = [
  'request-lost',
  'answer-lost',
  'request-twice',
  'request-late',
  'throttled',
  'store-failed',
  'store-answer-lost',
  'push-lost',
  'push-mixed',
  'push-failed',
  'record-lost',
  'record-mixed',
  'crash',
  'power-lost',
  'unsynced-save',
  'state-lost',
  'state-rolled-back',
  'disk-refused',
  'disk-full',
  'disk-half-done',
  'live-edit',
  'unmount',
  'offline',
  'clock-jump',
  'leap',
  'sweep',
  'tables-set-back',
  'probe',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Share of the histories in which a kind of fault happens at all: few kinds at a time get deeper than all at once. */
const KIND_SHARE = 0.3;
/** A kind of fault strikes at most so often: what every call meets ends in nothing but more of the same. */
const STRIKES_MAX = 24;
/** Share of the histories without any. */
const CALM_SHARE = 0.05;

/** Which kinds of faults happen how often, where that is not drawn. */
export interface ChosenFaults {
  /** May change while the history goes on. */
  readonly rates: ReadonlyMap<FaultKind, number>;
}

/** The faults of one history: which kinds happen, how often, and when. Each kind has a chance of its own. */
export class Faults {
  readonly rates: ReadonlyMap<FaultKind, number>;
  readonly happened = new Map<FaultKind, number>();
  readonly #chances = new Map<FaultKind, Chance>();
  readonly #strikesMax: number;
  /** Nothing goes wrong while the storm is over. */
  isStorm = false;

  constructor(chance: Chance, without: ReadonlySet<string>, chosen?: ChosenFaults) {
    this.#strikesMax = chosen === undefined ? STRIKES_MAX : Number.POSITIVE_INFINITY;
    const isCalm = chance.happens(CALM_SHARE);
    const rates = new Map<FaultKind, number>();
    for (const kind of FAULT_KINDS) {
      const own = chance.fork(kind);
      this.#chances.set(kind, own);
      const isOn = own.happens(KIND_SHARE);
      // From one in two hundred to one in three, each order of size as likely as the others.
      const rate = Math.exp(Math.log(1 / 200) + own.fraction() * Math.log(200 / 3));
      if (isOn && !isCalm && !without.has(kind)) rates.set(kind, rate);
    }
    // These come with a crash.
    if (
      ['state-lost', 'state-rolled-back', 'power-lost'].some((kind) => rates.has(kind as FaultKind)) &&
      !without.has('crash')
    )
      rates.set('crash', 1);
    this.rates = chosen?.rates ?? rates;
  }

  isOn(kind: FaultKind): boolean {
    return this.rates.has(kind);
  }

  /** Whether it goes wrong here and now. */
  strikes(kind: FaultKind): boolean {
    if (!this.isStorm || (this.happened.get(kind) ?? 0) >= this.#strikesMax) return false;
    const rate = this.rates.get(kind);
    if (rate === undefined || this.#chances.get(kind)?.happens(rate) !== true) return false;
    this.count(kind);
    return true;
  }

  count(kind: FaultKind): void {
    this.happened.set(kind, (this.happened.get(kind) ?? 0) + 1);
  }
}
