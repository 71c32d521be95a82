import { OBJECTIVES, type ObjectiveName } from '@syncline/protocol';
import type { Invocation } from './telemetry.ts';

/** Objectives of time, by the route that they are about. Availability is counted where requests come in, which also sees what no function answered. */
const TIMED_ROUTES: Readonly<Record<string, 'commitLatency' | 'deltaLatency'>> = {
  'POST /v1/commits': 'commitLatency',
  'GET /v1/changes': 'deltaLatency',
};

/** The objectives that an invocation is counted for, and whether it missed each. What failed is not counted for its time: it misses the availability. */
export function missedObjectives(invocation: Invocation): readonly (readonly [ObjectiveName, boolean])[] {
  const { route, status, durationMs, lagMs } = invocation;
  const timed = TIMED_ROUTES[route];
  if (timed !== undefined && status < 500) return [[timed, durationMs > OBJECTIVES[timed].msMax]];
  if (route === 'notify' && lagMs !== undefined) return [['pushLag', lagMs > OBJECTIVES.pushLag.msMax]];
  return [];
}
