import { expect, test } from '@jest/globals';
import { epochMs } from '@syncline/protocol';
import fc from 'fast-check';
import type { TransportRequest, TransportResponse } from '../api/transport.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import { WINDOW_TASKS_MAX, WINDOW_TASKS_MIN, WINDOW_TASKS_START } from './limits.ts';
import { RequestWindow } from './request-window.ts';

const REQUEST: TransportRequest = {
  method: 'PUT',
  url: 'store:',
  headers: {},
  body: new Uint8Array(1024),
  answerBytesMax: 0,
  timeoutMs: 1,
};

type Answer = 'done' | 'refused' | 'silent';

/** A line with a delay, that carries so many requests in a ms and refuses, or lets fall, when more than it takes are under way. */
class Line {
  readonly window: RequestWindow;
  readonly limits: number[] = [];
  readonly #wayMs: number;
  readonly #requestsPerMs: number;
  readonly #takes: number;
  #now = 0;
  #free = 0;

  constructor(line: { readonly wayMs: number; readonly requestsPerMs: number; readonly takes?: number }) {
    this.#wayMs = line.wayMs;
    this.#requestsPerMs = line.requestsPerMs;
    this.#takes = line.takes ?? Number.POSITIVE_INFINITY;
    this.window = new RequestWindow({ now: () => epochMs(Math.round(this.#now)) });
  }

  /** Sends so many requests, always as many at once as the window allows. */
  async send(requests: number, answer?: () => Answer): Promise<void> {
    const underWay: { readonly atMs: number; readonly end: (answer: Answer) => Promise<void> }[] = [];
    for (let sent = 0; sent < requests || underWay.length > 0; ) {
      while (sent < requests && underWay.length < this.window.limit) {
        this.#free = Math.max(this.#free, this.#now) + 1 / this.#requestsPerMs;
        underWay.push({ atMs: this.#free + this.#wayMs, end: this.#request() });
        sent += 1;
      }
      const crowd = underWay.length;
      const next = underWay.shift();
      this.#now = Math.max(this.#now, next?.atMs ?? 0);
      await next?.end(answer?.() ?? (crowd > this.#takes ? 'refused' : 'done'));
      this.limits.push(this.window.limit);
    }
  }

  #request(): (answer: Answer) => Promise<void> {
    const turn = Promise.withResolvers<TransportResponse>();
    const sent = this.window.watch({ send: () => turn.promise }).send(REQUEST);
    return async (answer) => {
      if (answer === 'silent') turn.reject(new UnavailableError('no answer'));
      else turn.resolve({ status: answer === 'done' ? 200 : 503, headers: {}, body: new Uint8Array() });
      await sent.catch(() => undefined);
    };
  }
}

test('whatever the store answers, the window keeps its bounds', async () => {
  const anAnswer = fc.constantFrom<Answer>('done', 'done', 'done', 'refused', 'silent');
  await fc.assert(
    fc.asyncProperty(fc.array(anAnswer, { minLength: 300, maxLength: 300 }), fc.nat(100), async (answers, wayMs) => {
      const line = new Line({ wayMs, requestsPerMs: 1 });
      const left = answers.values();
      await line.send(answers.length, () => left.next().value ?? 'done');
      expect(Math.min(...line.limits)).toBeGreaterThanOrEqual(WINDOW_TASKS_MIN);
      expect(Math.max(...line.limits)).toBeLessThanOrEqual(WINDOW_TASKS_MAX);
    }),
  );
});

test('on a long line the window grows until it is filled', async () => {
  const line = new Line({ wayMs: 100, requestsPerMs: 10 });
  await line.send(2000);
  expect(line.window.limit).toBe(WINDOW_TASKS_MAX);
});

test('where more requests carry no more, the window stays near where it began', async () => {
  const line = new Line({ wayMs: 1, requestsPerMs: 0.1 });
  await line.send(5000);
  expect(line.window.limit).toBeLessThanOrEqual(WINDOW_TASKS_START * 2);
});

test('a store that refuses is asked for less, and after a while for more again', async () => {
  const line = new Line({ wayMs: 100, requestsPerMs: 10, takes: 20 });
  await line.send(5000);
  const settled = line.limits.slice(1000);
  expect(Math.max(...settled)).toBeLessThanOrEqual(22);
  expect(Math.min(...settled)).toBeGreaterThanOrEqual(WINDOW_TASKS_MIN);
  expect(settled.some((limit, index) => limit > (settled[index - 1] ?? limit))).toBe(true);
});

test('requests that fail together halve the window once', async () => {
  const line = new Line({ wayMs: 100, requestsPerMs: 10 });
  await line.send(WINDOW_TASKS_START, () => 'silent');
  expect(line.window.limit).toBe(WINDOW_TASKS_START / 2);
});

test('a request that its caller gives up says nothing about the network', async () => {
  const window = new RequestWindow({ now: () => epochMs(0) });
  const signal = AbortSignal.abort(new Error('not wanted'));
  const send = window.watch({ send: () => Promise.reject(new Error('not wanted')) }).send({ ...REQUEST, signal });
  await expect(send).rejects.toThrow('not wanted');
  expect(window.limit).toBe(WINDOW_TASKS_START);
});
