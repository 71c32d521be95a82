import { expect, test } from '@jest/globals';
import { epochMs, MiB } from '@syncline/protocol';
import { LINK_ROUND_BYTES } from './limits.ts';
import { LinkRate } from './link-rate.ts';

/** A link, and the time that its PUTs take. */
function openLink() {
  const time = { now: 1_000_000, worked: 0 };
  const link = new LinkRate({ now: () => epochMs(time.now) }, () => time.worked);
  /** Begins a PUT; ends it when it is called. */
  const begin = (bytes: number) => {
    let settle: () => void = () => undefined;
    const sent = link.measure(bytes, () => new Promise<void>((resolve) => (settle = resolve)));
    return async () => {
      settle();
      await sent;
    };
  };
  const pass = (ms: number, worked = 0) => {
    time.now += ms;
    time.worked += worked;
  };
  const send = async (bytes: number, ms: number, worked = 0) => {
    const end = begin(bytes);
    pass(ms, worked);
    await end();
  };
  return { link, begin, pass, send, time };
}

test('nothing is known of a link before enough was sent', async () => {
  const { link, send } = openLink();
  expect(link.bytesPerSecond).toBeUndefined();
  await send(LINK_ROUND_BYTES - 1, 100);
  expect(link.bytesPerSecond).toBeUndefined();
  await send(1, 900);
  expect(link.bytesPerSecond).toBe(LINK_ROUND_BYTES);
});

test('the last round counts, and the time between transfers does not', async () => {
  const { link, send, pass } = openLink();
  await send(MiB, 1000);
  pass(60_000);
  await send(8 * MiB, 1000);
  expect(link.bytesPerSecond).toBe(8 * MiB);
  pass(60_000);
  await send(2 * MiB, 1000);
  expect(link.bytesPerSecond).toBe(2 * MiB);
});

test('what goes out at the same time shares the link', async () => {
  const { link, begin, pass } = openLink();
  const ends = [begin(MiB / 2), begin(MiB / 2)];
  pass(500);
  await ends[0]?.();
  pass(500);
  await ends[1]?.();
  expect(link.bytesPerSecond).toBe(MiB);
});

test('a thread that is busy does not make a link look slow', async () => {
  const { link, send } = openLink();
  await send(10 * MiB, 1000, 900);
  expect(link.bytesPerSecond).toBe(100 * MiB);
  await send(10 * MiB, 1000, 1200);
  expect(link.bytesPerSecond).toBeGreaterThan(1000 * MiB);
});

test('a clock that is set back costs nothing', async () => {
  const { link, send } = openLink();
  await send(MiB, -5000);
  await send(MiB, 1000);
  expect(link.bytesPerSecond).toBe(MiB);
});

test('what fails tells nothing but its time, and its failure is told', async () => {
  const { link, send, pass } = openLink();
  const failing = link.measure(100 * MiB, async () => {
    pass(1000);
    throw new Error('lost');
  });
  await expect(failing).rejects.toThrow('lost');
  expect(link.bytesPerSecond).toBeUndefined();
  await send(MiB, 1000);
  expect(link.bytesPerSecond).toBe(MiB / 2);
});
