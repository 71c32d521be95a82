import type { PlantedBug } from './planted-bug.ts';

/** Errors in the infrastructure of sockets. */
export const SOCKET_BUGS: readonly PlantedBug[] = [
  {
    id: 'ping-without-pong',
    what: 'API Gateway answers a ping with something that no client takes for a pong.',
    invariant: 'I-20',
    file: 'lib/constructs/answer-pings.ts',
    find: 'responseTemplates: { [EVERY]: JSON.stringify(PONG) }',
    replace: 'responseTemplates: { [EVERY]: JSON.stringify({ ...PONG, action: EVERY }) }',
    caughtBy: {
      file: 'test/infrastructure/realtime.test.ts',
      test: 'API Gateway answers pings by itself where the deployment says so, with what the function would say',
    },
  },
];
