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
  /** For trouble: after so many seconds everything that was written in it has to be everywhere. */
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

/** What befalls the devices, in order. After each trouble there is time to recover, which is measured. */
export const LOAD_PHASES: readonly LoadPhase[] = [
  { name: 'quiet', share: 0.1 },
  {
    name: 'throttles, store errors',
    share: 0.15,
    rates: { throttled: 0.3, 'store-failed': 0.01, 'store-answer-lost': 0.01 },
    recoverySecondsMax: 90,
  },
  { name: 'quiet', share: 0.05 },
  // Whoever has a socket again looks at once, and not with the next poll after minutes.
  {
    name: 'outage, all sockets ended',
    share: 0.1,
    rates: { throttled: 1 },
    sockets: 'ended',
    recoverySecondsMax: 60,
  },
  { name: 'quiet', share: 0.1 },
  {
    name: 'slow stream, lost pushes',
    share: 0.15,
    rates: { 'push-lost': 0.05 },
    streamLateMs: 20_000,
    recoverySecondsMax: LOOK_SECONDS_MAX,
  },
  { name: 'quiet', share: 0.05 },
  {
    name: 'lost answers, crashes',
    share: 0.1,
    rates: { 'request-lost': 0.03, 'answer-lost': 0.03, 'request-twice': 0.03 },
    crashShare: 0.1,
    // Whoever waits for an answer that never comes, or was just starting anew, may miss a push.
    recoverySecondsMax: LOOK_SECONDS_MAX,
  },
  { name: 'quiet', share: 0.1 },
  // The ping finds out after five and a half minutes.
  { name: 'all sockets silent', share: 0.05, sockets: 'silent', recoverySecondsMax: SILENT_SECONDS_MAX },
  { name: 'quiet', share: 0.05 },
];
