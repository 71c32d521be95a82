import type { PlantedBug } from './planted-bug.ts';

const LOAD = {
  file: 'test/load/load.test.ts',
  test: 'in whatever trouble nothing takes longer than clients and service are made for',
} as const;

/** Errors by which nothing is lost, because somebody looks again after minutes: only many devices and their times show them. */
export const LOAD_BUGS: readonly PlantedBug[] = [
  {
    id: 'push-reaches-one-device',
    what: 'Of all connected devices of an account one is told; the others find out when they look by themselves.',
    invariant: 'I-20',
    file: 'lambdas/sockets/push-to-members.ts',
    find: 'mapBounded(SOCKET_POSTS_IN_FLIGHT_MAX, others, (connection)',
    replace: 'mapBounded(SOCKET_POSTS_IN_FLIGHT_MAX, others.slice(0, 1), (connection)',
    caughtBy: LOAD,
  },
  {
    id: 'looks-without-a-pause',
    what: 'Devices with a healthy socket look every second whether there is something new.',
    invariant: 'I-12',
    file: 'client/src/sync/limits.ts',
    find: 'SAFETY_POLL: GrowingDelay = { delayMsMin: 5 * MINUTE_MS, delayMsMax: 30 * MINUTE_MS',
    replace: 'SAFETY_POLL: GrowingDelay = { delayMsMin: SECOND_MS, delayMsMax: SECOND_MS',
    caughtBy: LOAD,
  },
  {
    id: 'long-delta-skips-an-entry',
    what: 'Of a delta of several entries the first is not taken over, and the cursor goes on behind it.',
    invariant: 'I-12',
    file: 'client/src/engine/pull-changes.ts',
    find: '    for (const change of changes) {\n',
    replace: '    for (const change of changes.length > 2 ? changes.slice(1) : changes) {\n',
    caughtBy: LOAD,
  },
];
