import { expect, test } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@syncline/protocol';
import fc from 'fast-check';
import { HintWorld } from '../../test/hint-world.ts';
import type { PushFate, ServiceState } from '../../test/simulated-push-service.ts';
import { HINT_DELAY_MS_MAX } from './limits.ts';

/**
 * What one client may ask for in an hour, whatever happens: attempts at a socket when each of them fails, or stands for just
 * as long as a success has to; and long-polls when something changes all the time. A machine that wakes may try again at once.
 */
const ATTEMPTS_PER_HOUR_MAX = 360;
const ATTEMPTS_PER_WAKE_MAX = 10;
const LONG_POLLS_PER_HOUR_MAX = 3600;

const fateOf = fc.constantFrom<PushFate>('sent', 'sent', 'lost', 'doubled', 'late');
const eventOf = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ passMs: fc.oneof(fc.nat(5 * SECOND_MS), fc.nat(MINUTE_MS), fc.nat(3 * HOUR_MS)) }),
  },
  { weight: 4, arbitrary: fc.record({ changes: fc.integer({ min: 1, max: 5 }), fate: fateOf }) },
  { weight: 2, arbitrary: fc.constantFrom({ end: 'drop' as const }, { end: 'silence' as const }) },
  { weight: 2, arbitrary: fc.record({ isReachable: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      handshakes: fc.constantFrom<ServiceState['handshakes']>('opened', 'refused', 'hanging', 'dropped'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ longPolls: fc.constantFrom<ServiceState['longPolls']>('held', 'refused', 'unheld') }),
  },
  { weight: 1, arbitrary: fc.record({ sleptMs: fc.integer({ min: 30 * SECOND_MS, max: 24 * HOUR_MS }) }) },
  { weight: 1, arbitrary: fc.record({ setMs: fc.integer({ min: -HOUR_MS, max: 0 }) }) },
);

type HistoryEvent = typeof eventOf extends fc.Arbitrary<infer E> ? E : never;

async function apply(world: HintWorld, event: HistoryEvent): Promise<void> {
  const { clock, service } = world;
  if ('passMs' in event) await clock.pass(event.passMs);
  else if ('changes' in event) {
    service.state.fate = event.fate;
    for (let count = 0; count < event.changes; count++) service.change();
  } else if ('end' in event) {
    if (event.end === 'drop') service.drop();
    else service.silence();
  } else if ('sleptMs' in event) {
    // Lines do not outlive a sleep, and nobody says so.
    service.silence();
    clock.set(event.sleptMs);
  } else if ('setMs' in event) clock.set(event.setMs);
  else Object.assign(service.state, event);
}

/** The most requests of a kind in any hour of the history. */
function mostPerHour(world: HintWorld, route: 'connect' | 'openSocket' | 'waitForChanges'): number {
  const moments = world.service.requests.filter((request) => request.route === route).map(({ atMs }) => atMs);
  let first = 0;
  let most = 0;
  for (const [last, moment] of moments.entries()) {
    while ((moments[first] ?? 0) <= moment - HOUR_MS) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

test('after any history every change is hinted in bounded time once the service answers, nothing is asked too often, and closing leaves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(eventOf, { maxLength: 30 }),
      fc.record({ worst: fc.boolean(), chances: fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })) }),
      fateOf,
      async (events, { worst, chances }, lastFate) => {
        const world = new HintWorld({ random: () => (worst ? 0 : Number(chances.next().value)) });
        const { clock, service } = world;
        for (const event of events) await apply(world, event);
        service.state.isReachable = true;
        service.state.fate = lastFate;
        service.change();
        await clock.pass(HINT_DELAY_MS_MAX);
        expect(world.seenSeq).toBe(service.head);
        const wakes = events.filter((event) => 'sleptMs' in event).length;
        const attemptsMax = ATTEMPTS_PER_HOUR_MAX + wakes * ATTEMPTS_PER_WAKE_MAX;
        expect(mostPerHour(world, 'openSocket')).toBeLessThanOrEqual(attemptsMax);
        expect(mostPerHour(world, 'connect')).toBeLessThanOrEqual(attemptsMax);
        expect(mostPerHour(world, 'waitForChanges')).toBeLessThanOrEqual(LONG_POLLS_PER_HOUR_MAX);
        await world.close();
        await clock.pass(SECOND_MS);
        expect([clock.timers, service.open, service.violations]).toEqual([0, 0, []]);
      },
    ),
  );
});

test('a socket that ends whenever it has just become a success, and a change every second, stay within the hourly bounds', async () => {
  const world = new HintWorld({ random: () => 0 });
  const { clock, service } = world;
  for (let passedMs = 0; passedMs < 2 * HOUR_MS; passedMs += SECOND_MS) {
    await clock.pass(SECOND_MS);
    service.change();
    if (passedMs % (62 * SECOND_MS) === 0) service.drop();
  }
  expect(mostPerHour(world, 'openSocket')).toBeLessThanOrEqual(ATTEMPTS_PER_HOUR_MAX);
  service.state.handshakes = 'refused';
  service.drop();
  for (let passedMs = 0; passedMs < 2 * HOUR_MS; passedMs += SECOND_MS) {
    await clock.pass(SECOND_MS);
    service.change();
  }
  expect(world.hints.way()).toBe('long-poll');
  expect(mostPerHour(world, 'waitForChanges')).toBeLessThanOrEqual(LONG_POLLS_PER_HOUR_MAX);
  await world.close();
});
