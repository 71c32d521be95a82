import { expect, test } from '@jest/globals';
import { CallPace } from './call-pace.ts';
import { CALLS_ELSEWHERE, CALLS_HERE_MAX, SLOW_CALL_MS } from './limits.ts';

class Disk {
  readonly made: string[] = [];
  latencyMs = 0;
  #now = 0;
  readonly pace = new CallPace(() => this.#now);

  call(): Promise<number> {
    return this.pace.make(
      () => {
        this.made.push('here');
        this.#now += this.latencyMs;
        return this.made.length;
      },
      async () => {
        this.made.push('elsewhere');
        return this.made.length;
      },
    );
  }
}

test('calls of a quick disk are made on this thread', async () => {
  const disk = new Disk();
  disk.latencyMs = SLOW_CALL_MS;
  for (let call = 1; call <= 10; call++) expect(await disk.call()).toBe(call);
  expect(disk.made).toEqual(Array<string>(10).fill('here'));
});

test('one in so many calls is made elsewhere, however quick the disk is', async () => {
  const disk = new Disk();
  for (let call = 1; call <= 2 * CALLS_HERE_MAX + 2; call++) expect(await disk.call()).toBe(call);
  const turn = [...Array<string>(CALLS_HERE_MAX).fill('here'), 'elsewhere'];
  expect(disk.made).toEqual([...turn, ...turn]);
});

test('after a slow call a number of calls is made elsewhere, and then one is tried here again', async () => {
  const disk = new Disk();
  disk.latencyMs = SLOW_CALL_MS + 1;
  for (let call = 1; call <= CALLS_ELSEWHERE + 2; call++) expect(await disk.call()).toBe(call);
  expect(disk.made).toEqual(['here', ...Array<string>(CALLS_ELSEWHERE).fill('elsewhere'), 'here']);
});

test('what a call throws is thrown, and a slow failure counts as slow', async () => {
  let now = 0;
  const pace = new CallPace(() => now);
  const failing = pace.make(
    () => {
      now += SLOW_CALL_MS + 1;
      throw new Error('no such file');
    },
    async () => undefined,
  );
  await expect(failing).rejects.toThrow('no such file');
  const next = pace.make(
    () => 'here',
    async () => 'elsewhere',
  );
  expect(await next).toBe('elsewhere');
});

test('calls that were made in a row count as slow together, and then others are made elsewhere as well', async () => {
  let now = 0;
  const pace = new CallPace(() => now);
  const begun = pace.begin();
  if (begun === undefined) throw new Error('a quick disk is not called elsewhere');
  now += 5 * SLOW_CALL_MS;
  pace.ended(begun, 5);
  expect(pace.begin()).toBe(now);
  now += 5 * SLOW_CALL_MS + 1;
  pace.ended(now - 5 * SLOW_CALL_MS - 1, 5);
  for (let call = 0; call < CALLS_ELSEWHERE; call++) expect(pace.begin()).toBeUndefined();
  expect(pace.begin()).toBe(now);
});
