import type { FaultKind } from '../simulation/faults.ts';

/** A stretch of a load run, and what goes wrong in it. */
export interface LoadPhase {
  readonly name: string;
  /** Of the whole run. */
  readonly share: number;
  /** How often each kind of fault strikes; none when absent. */
  readonly rates?: { readonly [kind in FaultKind]?: number };
  /** At its beginning the service ends all sockets; or they go silent, and neither side is told. */
  readonly sockets?: 'ended' | 'silent';
  /** By how much the journal's stream is late, in simulated ms. */
  readonly streamLateMs?: number;
  /** Share of the devices that die in it, at random moments, and start again. */
  readonly crashShare?: number;
}

/** What befalls the devices, in order. After each trouble there is time to recover, which is measured. */
export const LOAD_PHASES: readonly LoadPhase[] = [
  { name: 'quiet', share: 0.1 },
  {
    name: 'throttles, store errors',
    share: 0.15,
    rates: { throttled: 0.3, 'store-failed': 0.01, 'store-answer-lost': 0.01 },
  },
  { name: 'quiet', share: 0.05 },
  { name: 'outage, all sockets ended', share: 0.1, rates: { throttled: 1 }, sockets: 'ended' },
  { name: 'quiet', share: 0.1 },
  { name: 'slow stream, lost pushes', share: 0.15, rates: { 'push-lost': 0.05 }, streamLateMs: 20_000 },
  { name: 'quiet', share: 0.05 },
  {
    name: 'lost answers, crashes',
    share: 0.1,
    rates: { 'request-lost': 0.03, 'answer-lost': 0.03, 'request-twice': 0.03 },
    crashShare: 0.1,
  },
  { name: 'quiet', share: 0.1 },
  { name: 'all sockets silent', share: 0.05, sockets: 'silent' },
  { name: 'quiet', share: 0.05 },
];
