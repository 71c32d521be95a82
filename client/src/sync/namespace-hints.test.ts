import { describe, expect, test } from '@jest/globals';
import { DeviceId, HOUR_MS, MINUTE_MS, NamespaceId, SECOND_MS, UploadId } from '@syncline/protocol';
import { HintWorld } from '../../test/hint-world.ts';
import { NAMESPACE_ID } from '../../test/simulated-push-service.ts';
import { POLL, SAFETY_POLL, SOCKET_RENEW_MS, WAKE_CHECK_MS } from './limits.ts';
import { NamespaceHints } from './namespace-hints.ts';
import type { ProgressPush } from './socket-hub.ts';

/** Time in which no safety poll comes. */
const QUIET_MS = MINUTE_MS;

async function connected(options: ConstructorParameters<typeof HintWorld>[0] = {}): Promise<HintWorld> {
  const world = new HintWorld(options);
  await world.clock.pass(SECOND_MS);
  return world;
}

describe('by the socket', () => {
  test('an opening is a hint, because what was pushed before is lost', async () => {
    const world = await connected();
    expect([world.hinted.length, world.hints.way(), world.seenSeq]).toEqual([1, 'socket', 1]);
    expect(world.countOf('openSocket')).toBe(1);
  });

  test('a push is a hint, in text and in binary frames, unless its entry has been read', async () => {
    const world = await connected();
    for (let count = 0; count < 4; count++) {
      world.service.change();
      expect(await world.hintsWithin(SECOND_MS)).toBe(1);
    }
    const said = { type: 'changed', namespaceId: NAMESPACE_ID, epoch: 1, seq: world.service.head };
    world.service.push(JSON.stringify(said));
    world.service.push(JSON.stringify({ ...said, seq: 1 }));
    world.service.push(JSON.stringify({ ...said, seq: 99, namespaceId: '01ARZ3NDEKTSV4RRFFQ69G5FAW' }));
    expect(await world.hintsWithin(SECOND_MS)).toBe(0);
  });

  test('a push of a mounted namespace is a hint for as long as it is mounted, unless its entry has been read', async () => {
    const world = await connected();
    const mounted = NamespaceId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAW');
    const push = (seq: number) =>
      world.service.push(JSON.stringify({ type: 'changed', namespaceId: mounted, epoch: 1, seq }));
    const seen = async (seq: number | undefined) => {
      world.mounted = new Map(seq === undefined ? [] : [[mounted, { seq, role: 'viewer' }]]);
      const reading = world.read();
      await world.clock.pass(SECOND_MS);
      await reading;
    };
    const hintsAfter = (seq: number) => {
      push(seq);
      return world.hintsWithin(SECOND_MS);
    };
    expect(await hintsAfter(7)).toBe(0);
    await seen(7);
    expect(await hintsAfter(8)).toBe(1);
    await seen(8);
    expect(await hintsAfter(8)).toBe(0);
    expect(await hintsAfter(9)).toBe(1);
    await seen(undefined);
    expect(await hintsAfter(10)).toBe(0);
  });

  test('a push of another epoch is a hint, however low its sequence', async () => {
    const world = await connected();
    for (let count = 0; count < 4; count++) world.service.change();
    await world.clock.pass(SECOND_MS);
    world.service.epoch = 2;
    world.service.push(JSON.stringify({ type: 'changed', namespaceId: NAMESPACE_ID, epoch: 2, seq: 2 }));
    expect(await world.hintsWithin(SECOND_MS)).toBe(1);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', 'Internal server error'],
    ['an unknown message', '{"type":"later","seq":7}'],
    ['half a message', '{"type":"changed","seq":7}'],
    ['the gateway’s own words', '{"message":"Forbidden","connectionId":"a","requestId":"b"}'],
    ['a list', '[null]'],
    [
      'a very long message',
      `{"type":"changed","namespaceId":"${NAMESPACE_ID}","epoch":1,"seq":9${' '.repeat(200_000)}}`,
    ],
  ])('%s is ignored', async (_, text) => {
    const world = await connected();
    world.service.push(text);
    expect(await world.hintsWithin(QUIET_MS)).toBe(0);
    world.service.change();
    expect(await world.hintsWithin(SECOND_MS)).toBe(1);
    expect(world.countOf('openSocket')).toBe(1);
  });

  test('progress and an unlinking are handed on', async () => {
    const heard: unknown[] = [];
    const world = await connected({ hub: { onRevoked: () => heard.push('revoked') } });
    const onProgress = (push: ProgressPush) => heard.push(push.storedBytes);
    world.hub.followUploads({ follows: (id) => id === NAMESPACE_ID, onProgress });
    world.hub.followUploads({ follows: (id) => id !== NAMESPACE_ID, onProgress });
    const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
    const ids = { namespaceId: NAMESPACE_ID, uploadId: UploadId.parse(id), deviceId: DeviceId.parse(id) };
    world.service.push(JSON.stringify({ type: 'progress', ...ids, storedBytes: 5, totalBytes: 9 }));
    world.service.push('{"type":"revoked"}');
    expect(await world.hintsWithin(SECOND_MS)).toBe(1);
    expect(heard).toEqual([5, 'revoked']);
  });

  test('a push that was lost waits no longer than for the safety poll', async () => {
    const world = await connected();
    world.service.state.fate = 'lost';
    world.service.change();
    await world.clock.pass(SAFETY_POLL.delayMsMin);
    expect(world.seenSeq).toBe(2);
    expect(world.countOf('openSocket')).toBe(1);
  });

  test('safety polls become rarer while nothing changes, and as frequent as before after a change', async () => {
    const world = await connected();
    const day = await world.hintsWithin(24 * HOUR_MS);
    const renewals = world.countOf('openSocket');
    expect(day - renewals).toBeLessThan((24 * HOUR_MS) / (SAFETY_POLL.delayMsMax * SAFETY_POLL.shareMin) + 5);
    world.service.state.fate = 'lost';
    world.service.change();
    for (let passedMs = 0; passedMs < SAFETY_POLL.delayMsMax && world.seenSeq < 2; passedMs += SECOND_MS) {
      await world.clock.pass(SECOND_MS);
    }
    expect(world.seenSeq).toBe(2);
    world.service.change();
    await world.clock.pass(SAFETY_POLL.delayMsMin);
    expect(world.seenSeq).toBe(3);
  });

  test('a day of silence keeps the socket by pings, replaces it before its end, and is never without one', async () => {
    const world = await connected();
    let gaps = 0;
    for (let passedMs = 0; passedMs < 24 * HOUR_MS; passedMs += 10 * SECOND_MS) {
      await world.clock.pass(10 * SECOND_MS);
      if (world.service.open === 0 || world.hints.way() !== 'socket') gaps += 1;
    }
    expect([gaps, world.service.violations]).toEqual([0, []]);
    expect(world.countOf('connect')).toBeGreaterThanOrEqual(Math.floor((24 * HOUR_MS) / SOCKET_RENEW_MS));
    expect(world.countOf('connect')).toBeLessThanOrEqual(24 + 1);
    expect(world.service.pings.length).toBeGreaterThan(200);
  });

  test('a line that was cut without a word is found by its silence after a ping', async () => {
    const world = await connected();
    world.service.silence();
    await world.clock.pass(7 * MINUTE_MS);
    expect([world.countOf('connect'), world.service.open]).toEqual([2, 1]);
    world.service.change();
    expect(await world.hintsWithin(SECOND_MS)).toBe(1);
  });

  test('a socket that ended is opened again, after a pause, and its opening is a hint', async () => {
    const world = await connected();
    await world.clock.pass(2 * MINUTE_MS);
    world.service.state.fate = 'lost';
    world.service.drop();
    world.service.change();
    expect(world.hints.way()).toBe('polling');
    await world.clock.pass(2 * SECOND_MS);
    expect([world.seenSeq, world.hints.way()]).toEqual([2, 'socket']);
  });
});

describe('while no socket can be opened', () => {
  test('long-polls tell at once, from the cursor that was read last', async () => {
    const world = await connected();
    world.service.state.handshakes = 'refused';
    world.service.drop();
    await world.clock.pass(MINUTE_MS);
    expect(world.hints.way()).toBe('long-poll');
    for (let count = 0; count < 5; count++) {
      world.service.change();
      await world.clock.pass(3 * SECOND_MS);
      expect(world.seenSeq).toBe(world.service.head);
    }
    expect(await world.hintsWithin(HOUR_MS)).toBeLessThanOrEqual(12);
    expect(world.countOf('waitForChanges')).toBeLessThanOrEqual(200);
  });

  test('the way is told as soon as it is taken', async () => {
    const world = await connected();
    expect(world.hints.way()).toBe('socket');
    world.service.state.handshakes = 'refused';
    world.service.drop();
    expect(world.hints.way()).toBe('polling');
    while (world.countOf('waitForChanges') === 0) await world.clock.pass(SECOND_MS / 10);
    expect(world.hints.way()).toBe('long-poll');
  });

  test('a long-poll whose news nobody reads is not repeated without pause', async () => {
    const world = await connected();
    world.service.state.handshakes = 'refused';
    world.service.drop();
    await world.clock.pass(MINUTE_MS);
    world.hints.onHint(() => undefined);
    world.service.change();
    const before = world.countOf('waitForChanges');
    await world.clock.pass(HOUR_MS);
    expect(world.countOf('waitForChanges') - before).toBeLessThan(40);
  });

  test('without a cursor, and where long-polls are refused or not held, it polls, less often while nothing changes', async () => {
    for (const longPolls of ['refused', 'unheld'] as const) {
      const world = await connected();
      Object.assign(world.service.state, { handshakes: 'refused', longPolls });
      world.service.drop();
      await world.clock.pass(HOUR_MS);
      expect(world.hints.way()).toBe('polling');
      const gaps = gapsOf(world.hinted);
      expect(Math.max(...gaps)).toBeLessThan(POLL.delayMsMax + SECOND_MS);
      expect(gaps.at(-1)).toBeGreaterThan(POLL.delayMsMax * POLL.shareMin);
      expect(world.countOf('waitForChanges')).toBeLessThan(30);
      world.service.change();
      for (let waitedMs = 0; waitedMs < POLL.delayMsMax && world.seenSeq < 2; waitedMs += SECOND_MS) {
        await world.clock.pass(SECOND_MS);
      }
      expect(world.seenSeq).toBe(2);
      const before = world.hinted.length;
      await world.clock.pass(POLL.delayMsMin * 2);
      expect(world.hinted.length).toBeGreaterThan(before);
      await world.close();
    }
  });

  test('the socket is tried again meanwhile, and ends the long-polls when it opens', async () => {
    const world = await connected();
    world.service.state.handshakes = 'refused';
    world.service.drop();
    await world.clock.pass(10 * MINUTE_MS);
    world.service.state.handshakes = 'opened';
    await world.clock.pass(6 * MINUTE_MS);
    expect(world.hints.way()).toBe('socket');
    const before = world.countOf('waitForChanges');
    await world.clock.pass(HOUR_MS);
    expect(world.countOf('waitForChanges')).toBe(before);
  });

  test.each(['refused', 'hanging', 'dropped'] as const)(
    'handshakes that are %s for an hour are tried less and less often',
    async (handshakes) => {
      const world = new HintWorld({ random: () => 0 });
      world.service.state.handshakes = handshakes;
      await world.clock.pass(HOUR_MS);
      const attempts = world.service.requests.filter(({ route }) => route === 'connect').map(({ atMs }) => atMs);
      expect(attempts.length).toBeLessThanOrEqual(130);
      expect(attempts.length).toBeGreaterThan(12);
      expect(world.countOf('openSocket')).toBe(attempts.length);
      expect(world.service.violations).toEqual([]);
    },
  );
});

describe('after the machine slept', () => {
  test('the socket is opened again at once, and that is a hint', async () => {
    const world = await connected();
    world.service.silence();
    world.service.state.fate = 'lost';
    world.service.change();
    world.clock.set(8 * HOUR_MS);
    await world.clock.pass(WAKE_CHECK_MS + SECOND_MS);
    expect([world.seenSeq, world.hints.way(), world.countOf('connect')]).toEqual([2, 'socket', 2]);
  });

  test('the pauses that had grown before are forgotten', async () => {
    const world = await connected();
    world.service.state.isReachable = false;
    world.service.drop();
    await world.clock.pass(HOUR_MS);
    world.clock.set(HOUR_MS);
    // The network comes back a little later than the machine.
    await world.clock.pass(WAKE_CHECK_MS + 10 * SECOND_MS);
    world.service.state.isReachable = true;
    await world.clock.pass(15 * SECOND_MS);
    expect(world.hints.way()).toBe('socket');
  });

  test('a clock that is set back changes nothing', async () => {
    const world = await connected();
    world.clock.set(-8 * HOUR_MS);
    expect(await world.hintsWithin(QUIET_MS)).toBe(0);
    expect(world.countOf('connect')).toBe(1);
  });
});

test('a hint that came before anybody asked is told then, once', async () => {
  const world = await connected();
  const { hub, clock, service } = world;
  const late = new NamespaceHints({ hub, api: service.api, clock, random: () => 0.5 }, NAMESPACE_ID);
  service.change();
  await clock.pass(SECOND_MS);
  const told: string[] = [];
  late.onHint(() => told.push('first'));
  late.onHint(() => told.push('second'));
  expect(told).toEqual(['first']);
  await late.close();
});

test('two folders share one socket, and each hears of its own namespace', async () => {
  const world = await connected();
  const { hub, clock, service } = world;
  const other = NamespaceId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAW');
  const hints = new NamespaceHints({ hub, api: service.api, clock, random: () => 0.5 }, other);
  const told: string[] = [];
  hints.onHint(() => told.push('hint'));
  service.change();
  expect(await world.hintsWithin(SECOND_MS)).toBe(1);
  expect(told).toEqual([]);
  service.push(JSON.stringify({ type: 'changed', namespaceId: other, epoch: 1, seq: 9 }));
  expect(await world.hintsWithin(SECOND_MS)).toBe(0);
  expect([told, world.countOf('connect')]).toEqual([['hint'], 1]);
});

test.each(['opened', 'refused', 'hanging'] as const)(
  'closing while handshakes are %s leaves no timer, no socket and no request behind',
  async (handshakes) => {
    for (const afterMs of [0, 20, 60, 90, SECOND_MS, MINUTE_MS, HOUR_MS]) {
      const world = new HintWorld();
      world.service.state.handshakes = handshakes;
      await world.clock.pass(afterMs);
      await world.close();
      await world.clock.pass(SECOND_MS);
      expect([world.clock.timers, world.service.open]).toEqual([0, 0]);
      const before = world.service.requests.length;
      expect(await world.hintsWithin(HOUR_MS)).toBe(0);
      expect(world.service.requests.length).toBe(before);
    }
  },
);

test('closing does not wait for somebody to read what was told', async () => {
  const world = await connected();
  world.service.state.handshakes = 'refused';
  world.service.drop();
  await world.clock.pass(MINUTE_MS);
  world.hints.onHint(() => undefined);
  world.service.change();
  await world.clock.pass(SECOND_MS);
  await world.close();
  expect(world.clock.timers).toBe(0);
});

function gapsOf(moments: readonly number[]): readonly number[] {
  return moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));
}
