import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GATE_LARGE_SHARE, GATE_SMALL_TURNS } from './limits.ts';
import { type TransferClass, TransferGate } from './transfer-gate.ts';

const BYTES_MAX = 12;

test('never more tasks or bytes than allowed are under way, every task runs, in order of arrival', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 10 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      async (sizes, tasksMax) => {
        const gate = new TransferGate({ tasksMax, bytesMax: BYTES_MAX });
        let tasks = 0;
        let bytes = 0;
        const started: number[] = [];
        await Promise.all(
          sizes.map((size, index) =>
            gate.run(size, async () => {
              started.push(index);
              tasks += 1;
              bytes += size;
              expect(tasks).toBeLessThanOrEqual(tasksMax);
              expect(bytes).toBeLessThanOrEqual(BYTES_MAX);
              await Promise.resolve();
              tasks -= 1;
              bytes -= size;
            }),
          ),
        );
        expect(started).toEqual(sizes.map((_, index) => index));
      },
    ),
  );
});

interface Task {
  readonly lane: number;
  readonly bytes: number;
}

interface Started extends Task {
  readonly index: number;
  readonly end: () => void;
}

/** A gate in which tasks end when the test says so. The lanes with odd numbers are those of large transfers. */
class HeldGate {
  readonly started: Started[] = [];
  readonly running = new Set<Started>();
  readonly #gate: TransferGate;
  readonly #lanes = new Map<number, TransferGate>();
  #tasks = 0;

  constructor(tasksMax: number, window?: { readonly limit: number }) {
    this.#gate = new TransferGate({ tasksMax, bytesMax: BYTES_MAX, window });
  }

  add(task: Task): void {
    const lane = this.#lanes.get(task.lane) ?? this.#gate.lane(classOf(task));
    this.#lanes.set(task.lane, lane);
    const index = this.#tasks;
    this.#tasks += 1;
    void lane.run(task.bytes, async () => {
      const turn = Promise.withResolvers<void>();
      const started: Started = { ...task, index, end: turn.resolve };
      this.started.push(started);
      this.running.add(started);
      await turn.promise;
      this.running.delete(started);
    });
  }

  used(of: TransferClass | 'all') {
    const running = [...this.running].filter((task) => of === 'all' || classOf(task) === of);
    return { tasks: running.length, bytes: running.reduce((sum, { bytes }) => sum + bytes, 0) };
  }
}

function classOf({ lane }: Pick<Task, 'lane'>): TransferClass {
  return lane % 2 === 1 ? 'large' : 'small';
}

const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));
const aTask = fc.record({ lane: fc.nat(5), bytes: fc.integer({ min: 0, max: 10 }) });

test('in every lane tasks run in order of arrival, all of them, within the bounds, and large ones within their share', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aTask, { maxLength: 30 }),
      fc.integer({ min: 1, max: 6 }),
      fc.infiniteStream(fc.nat(10)),
      async (tasks, tasksMax, picks) => {
        const gate = new HeldGate(tasksMax);
        for (const task of tasks) gate.add(task);
        for (let ended = 0; ended < tasks.length; ended++) {
          await settle();
          const all = gate.used('all');
          expect(all.tasks).toBeLessThanOrEqual(tasksMax);
          expect(all.bytes).toBeLessThanOrEqual(BYTES_MAX);
          const large = gate.used('large');
          if (large.tasks > 1) {
            expect(large.tasks).toBeLessThanOrEqual(tasksMax * GATE_LARGE_SHARE);
            expect(large.bytes).toBeLessThanOrEqual(BYTES_MAX * GATE_LARGE_SHARE);
          }
          const running = [...gate.running];
          expect(running.length).toBeGreaterThan(0);
          running[picks.next().value % running.length]?.end();
        }
        await settle();
        expect(gate.started).toHaveLength(tasks.length);
        for (let lane = 0; lane < 6; lane++) {
          const order = gate.started.filter((task) => task.lane === lane).map(({ index }) => index);
          expect(order).toEqual(order.toSorted((a, b) => a - b));
        }
      },
    ),
  );
});

test('a large task waits for no more than its turns while small ones never end, and small ones go before it until then', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 4 }), async (tasksMax, lanes) => {
      const gate = new HeldGate(tasksMax);
      const addSmall = () => gate.add({ lane: 2 * (gate.started.length % lanes), bytes: 1 });
      for (let count = 0; count < 3 * tasksMax; count++) addSmall();
      for (let count = 0; count < 5; count++) gate.add({ lane: 1, bytes: 1 });
      for (let ended = 0; ended < 8 * GATE_SMALL_TURNS; ended++) {
        await settle();
        addSmall();
        [...gate.running][0]?.end();
      }
      const order = gate.started
        .slice(tasksMax)
        .map(classOf)
        .slice(0, 4 * (GATE_SMALL_TURNS + 1));
      expect(order.map((of) => (of === 'large' ? 1 : 0)).filter((one) => one === 1)).toHaveLength(4);
      expect(order.slice(0, GATE_SMALL_TURNS)).not.toContain('large');
    }),
  );
});

test('large tasks leave room: a small one that comes starts at once', async () => {
  const gate = new HeldGate(4);
  for (let count = 0; count < 10; count++) gate.add({ lane: 1, bytes: 1 });
  await settle();
  gate.add({ lane: 0, bytes: 1 });
  await settle();
  expect(gate.started.filter((task) => classOf(task) === 'small')).toHaveLength(1);
});

test('a transfer of many tasks keeps another one of its class not longer than for one task', async () => {
  const gate = new HeldGate(2);
  for (let count = 0; count < 10; count++) gate.add({ lane: 1, bytes: 1 });
  gate.add({ lane: 3, bytes: 1 });
  for (let ended = 0; ended < 2; ended++) {
    await settle();
    [...gate.running][0]?.end();
  }
  await settle();
  expect(gate.started.map(({ lane }) => lane)).toContain(3);
});

test('no more tasks are begun than the window allows at the moment', async () => {
  const window = { limit: 3 };
  const gate = new HeldGate(10, window);
  for (let count = 0; count < 10; count++) gate.add({ lane: 0, bytes: 1 });
  await settle();
  expect(gate.running.size).toBe(3);
  window.limit = 1;
  for (const task of gate.running) task.end();
  await settle();
  expect(gate.running.size).toBe(1);
});

test('a task that fails gives its room back', async () => {
  const gate = new TransferGate({ tasksMax: 1, bytesMax: 1 });
  await expect(gate.run(1, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await gate.run(1, async () => 'next')).toBe('next');
});
