import { MINUTE_MS, SECOND_MS } from '@syncline/protocol';
import { MEMBERS_TOLD_PER_SECOND_MAX } from '../../lambdas/sockets/limits.ts';
import { type HotNamespaceOutcome, simulateHotNamespace } from './hot-namespace.ts';
import { type ReconnectOutcome, simulateReconnects } from './reconnect-storm.ts';
import { simulateRequests, startsByChance, type ThrottledOutcome } from './throttled-requests.ts';

/** What is simulated, with its numbers; one seed for all, so that everybody gets the same figures. */
const SEED = 1;

/** A twentieth of the most sockets that one API holds, with a twentieth of its openings: times are those of the whole. */
const RECONNECT_SCALE = 20;
const OPENINGS_PER_SECOND = 500;
const SOCKETS_MOST = 3_600_000;
const OUTAGE_MS = 10 * MINUTE_MS;

export type ReconnectScenes = readonly { readonly share: number; readonly outcome: ReconnectOutcome }[];

export function reconnectScenes(): ReconnectScenes {
  return [1, 0.5, 0.25].map((share) => ({
    share,
    outcome: simulateReconnects({
      devices: (SOCKETS_MOST * share) / RECONNECT_SCALE,
      openingsPerSecond: OPENINGS_PER_SECOND / RECONNECT_SCALE,
      outageMs: OUTAGE_MS,
      seed: SEED,
    }),
  }));
}

const WRITERS = [1, 2, 4, 8, 16, 32, 64];
const COMMIT_MS = 20;

export function hotNamespaceScenes(): readonly { readonly writers: number; readonly outcome: HotNamespaceOutcome }[] {
  return WRITERS.map((writers) => ({
    writers,
    outcome: simulateHotNamespace({ writers, commitMs: COMMIT_MS, lengthMs: 10 * MINUTE_MS, seed: SEED }),
  }));
}

/** As lib/stacks/api-stack.ts sets the stage's throttle. */
const STAGE = { perSecond: 5000, burst: 2500, answerMs: 40, seed: SEED };
const MEMBERS = 10_000;
const DEVICES_OF_A_MEMBER = 1.5;
/** What five runs of the fan-out function post together, 16 at once, 15 ms each; and what the queue lets them. */
const PUSHES_PER_SECOND = [5300, MEMBERS_TOLD_PER_SECOND_MAX * DEVICES_OF_A_MEMBER];
const OTHER_PER_SECOND = 2000;

/** One commit in a folder with 10,000 members: all devices are told, so many a second, and ask for the delta and the content. */
export function herdScenes(): readonly {
  readonly pushesPerSecond: number;
  readonly outcomes: ReadonlyMap<string, ThrottledOutcome>;
}[] {
  return PUSHES_PER_SECOND.map((pushesPerSecond) => ({ pushesPerSecond, outcomes: herdScene(pushesPerSecond) }));
}

function herdScene(pushesPerSecond: number): ReadonlyMap<string, ThrottledOutcome> {
  const devices = MEMBERS * DEVICES_OF_A_MEMBER;
  const told = Array.from({ length: devices }, (_, index) => SECOND_MS + (index * SECOND_MS) / pushesPerSecond);
  return simulateRequests(STAGE, [
    { kind: 'delta of a member', startsMs: told, retries: true },
    { kind: 'content for a member', startsMs: told.map((at) => at + 2 * STAGE.answerMs), retries: true },
    {
      kind: 'everybody else',
      startsMs: startsByChance(OTHER_PER_SECOND, { fromMs: 0, lengthMs: 30 * SECOND_MS, seed: SEED + 1 }),
      retries: true,
    },
  ]);
}

const LINK_PER_SECOND = 20_000;

/** A link that twenty thousand people a second open for a minute, with and without a throttle of its own. */
export function viralLinkScenes(): readonly {
  readonly ownPerSecond: number | undefined;
  readonly outcomes: ReadonlyMap<string, ThrottledOutcome>;
}[] {
  return [undefined, 2000].map((ownPerSecond) => ({
    ownPerSecond,
    outcomes: simulateRequests(STAGE, [
      {
        kind: 'the link',
        startsMs: startsByChance(LINK_PER_SECOND, { fromMs: 0, lengthMs: MINUTE_MS, seed: SEED + 2 }),
        retries: false,
        ...(ownPerSecond === undefined ? {} : { ownPerSecond }),
      },
      {
        kind: 'sync',
        startsMs: startsByChance(OTHER_PER_SECOND, { fromMs: 0, lengthMs: MINUTE_MS, seed: SEED + 1 }),
        retries: true,
      },
    ]),
  }));
}
