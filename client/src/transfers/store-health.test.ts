import { expect, test } from '@jest/globals';
import { epochMs } from '@syncline/protocol';
import { STORE_REST_MS, STORE_STRIKES_MAX } from './limits.ts';
import { type FailureScope, StoreHealth, StoreUnavailableError } from './store-health.ts';

function openHealth() {
  const time = { now: 1_000_000 };
  return { time, health: new StoreHealth({ now: () => epochMs(time.now) }) };
}

function fail(health: StoreHealth, times: number): readonly FailureScope[] {
  const begun = Array.from({ length: times }, () => health.begin());
  return begun.map((one) => health.failed(one));
}

test('a few chunks that fail in a row are of their files; with one more the store counts as down', () => {
  const { health } = openHealth();
  expect(new Set(fail(health, STORE_STRIKES_MAX))).toEqual(new Set(['unknown']));
  expect(health.refusal).toBeUndefined();
  expect(fail(health, 1)).toEqual(['store']);
  expect(() => health.begin()).toThrow(StoreUnavailableError);
  expect(health.refusal).toMatchObject({ scope: 'store' });
});

test('however many fail, the store is there while it answers others', () => {
  const { health } = openHealth();
  const begun = Array.from({ length: 3 * STORE_STRIKES_MAX }, () => health.begin());
  health.answered();
  for (const one of begun) expect(health.failed(one)).toBe('chunk');
  expect(health.refusal).toBeUndefined();
});

test('an answer ends what has failed before it, and the store is there again', () => {
  const { health } = openHealth();
  fail(health, STORE_STRIKES_MAX + 1);
  health.answered();
  expect(health.refusal).toBeUndefined();
  expect(fail(health, STORE_STRIKES_MAX)).not.toContain('store');
});

test('a store that is down is tried again after a rest, by whatever clock, and by as many chunks as before', () => {
  const { health, time } = openHealth();
  fail(health, STORE_STRIKES_MAX + 1);
  time.now += STORE_REST_MS - 1;
  expect(health.refusal).toBeDefined();
  time.now += 1;
  expect(fail(health, STORE_STRIKES_MAX)).not.toContain('store');
  expect(fail(health, 1)).toEqual(['store']);
  time.now -= 10 * STORE_REST_MS;
  expect(health.refusal).toBeUndefined();
});
