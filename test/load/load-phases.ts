import { SECOND_MS } from '@syncline/protocol';
import type { FaultKind } from '../simulation/faults.ts';

/** A stretch of a load run, and what goes wrong in it. */
export interface LoadPhase {
  readonly name: string;
  /** Of the whole run. */
  readonly share: number;
  /** How often each kind of fault strikes; none when absent. */
  readonly rates?: { readonly [kind in FaultKind]?: number };
  /** At its beginning the service ends those of every other account; or all go silent, and neither side is told. */
  readonly sockets?: 'half-ended' | 'silent';
  /** By how much the journal's stream is late, in simulated ms. */
  readonly streamLateMs?: number;
  /** Share of the devices that die in it, at random moments, and start again. */
  readonly crashShare?: number;
  /** For a trouble that is no outage: after so many seconds everything that was written in it has to be everywhere, and nobody may be cut off. */
  readonly recoverySecondsMax?: number;
}

/** A push that was lost is made good by the next one, or by the device's own look after five minutes. */
const LOOK_SECONDS_MAX = 330;
/** After so many seconds at most every device has heard that its socket is dead, and has opened another one. */
export const SILENT_SECONDS_MAX = 390;
/** An edit is on all devices of its account after so many seconds while nothing is wrong: a push has to bring it. */
export const QUIET_SECONDS_MAX = 15;
/** Runs of functions for one change, with telling, fetching, retries and polls. More is somebody who asks without a pause. */
export const RUNS_PER_CHANGE_MAX = 20;

/** A client that was refused waits no longer than this before it asks again … */
export const PAUSE_SECONDS_MAX = 300;
/** … and then does ask. Less than this may lie between two tries of one request. */
export const OVERDUE_SECONDS_MAX = 10;

/** What befalls the devices, in order. After each trouble there is time to recover, which is measured. */
export const LOAD_PHASES: readonly LoadPhase[] = [
  { name: 'quiet', share: 0.05 },
  {
    name: 'throttles, store errors',
    share: 0.15,
    rates: { throttled: 0.3, 'store-failed': 0.01, 'store-answer-lost': 0.01 },
    recoverySecondsMax: 90,
  },
  { name: 'quiet', share: 0.05 },
  // Some have a socket again and look at once; of the others each ends its pause by itself, or is told by one that did.
  { name: 'outage, half of the sockets ended', share: 0.25, rates: { throttled: 1 }, sockets: 'half-ended' },
  { name: 'quiet', share: 0.1 },
  {
    name: 'slow stream, lost pushes',
    share: 0.1,
    rates: { 'push-lost': 0.05 },
    streamLateMs: 20_000,
    recoverySecondsMax: LOOK_SECONDS_MAX,
  },
  { name: 'quiet', share: 0.05 },
  {
    name: 'lost answers, crashes',
    share: 0.1,
    rates: { 'request-lost': 0.03, 'answer-lost': 0.03, 'request-twice': 0.3 },
    crashShare: 0.1,
    // Whoever waits for an answer that never comes, or was just starting anew, may miss a push.
    recoverySecondsMax: LOOK_SECONDS_MAX,
  },
  { name: 'quiet', share: 0.05 },
  // The ping finds out after five and a half minutes.
  { name: 'all sockets silent', share: 0.05, sockets: 'silent', recoverySecondsMax: SILENT_SECONDS_MAX },
  { name: 'quiet', share: 0.05 },
];

/** Whether nothing is answered at all. */
export function isOutage({ rates }: LoadPhase): boolean {
  return rates?.throttled === 1;
}

export function isTrouble({ rates, sockets, streamLateMs }: LoadPhase): boolean {
  return rates !== undefined || sockets !== undefined || streamLateMs !== undefined;
}

/** Time to recover from a trouble that lasted so long. Pauses double, so that none is longer than the outage in which it grew. */
export function recoverySecondsMaxOf(phase: LoadPhase, lengthMs: number): number {
  return isOutage(phase) ? lengthMs / SECOND_MS + QUIET_SECONDS_MAX : (phase.recoverySecondsMax ?? 0);
}
