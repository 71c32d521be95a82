/** What Transport promises, asked of every implementation over real sockets. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MiB } from '@syncline/protocol';
import { SeededRandom } from '../../../test/support/seeded-random.ts';
import { LoopbackService } from '../../test/loopback-service.ts';
import { createFetchTransport } from '../platform/browser/fetch-transport.ts';
import { createNodeTransport } from '../platform/node/node-transport.ts';
import type { Transport, TransportRequest } from './transport.ts';
import { UnavailableError } from './unavailable-error.ts';

const nodeTransport = createNodeTransport();
const fetchTransport = createFetchTransport();
let service: LoopbackService;

beforeEach(async () => {
  service = new LoopbackService();
  await service.start();
});
afterEach(() => service.stop());
afterAll(() => nodeTransport.close());

describe.each<[string, Transport]>([
  ['undici', nodeTransport],
  ['fetch', fetchTransport],
])('the transport over %s', (_, transport) => {
  const send = (request: Partial<TransportRequest> = {}) =>
    transport.send({
      method: 'GET',
      url: `${service.baseUrl}/a?b=%2F`,
      headers: {},
      answerBytesMax: 1000,
      timeoutMs: 10_000,
      ...request,
    });

  test('sends what it is given and answers what came, with header names in lower case', async () => {
    service.fault = () => ({ status: 207, headers: { 'X-Some': 'thing' }, body: 'grüezi' });
    const answer = await send({ method: 'PUT', headers: { 'x-own': 'header' }, body: Buffer.from([0, 255, 1]) });
    expect(answer).toMatchObject({ status: 207, headers: { 'x-some': 'thing' } });
    expect(new TextDecoder().decode(answer.body)).toBe('grüezi');
    expect(service.requests).toMatchObject([{ method: 'PUT', url: '/a?b=%2F', headers: { 'x-own': 'header' } }]);
    expect(service.requests[0]?.body).toEqual(Buffer.from([0, 255, 1]));
  });

  test('sends large bytes as they are, each time that it is given them', async () => {
    const body = new SeededRandom('large body').bytes(MiB + 3).slice();
    const sent = Buffer.from(body);
    const asked = [send({ method: 'PUT', body }), send({ method: 'PUT', body })];
    await Promise.all(asked);
    for (const request of service.requests) {
      expect(Buffer.compare(request.body, sent)).toBe(0);
      expect(request.headers).toMatchObject({ 'content-length': `${sent.length}` });
      expect(request.headers).not.toHaveProperty('content-type');
    }
    expect(service.requests).toHaveLength(2);
  });

  test('sends a part of a Blob, each time that it is given one', async () => {
    const part = new Blob([Buffer.alloc(70_000, 'a'), Buffer.from([0, 255, 1])]).slice(69_998);
    await send({ method: 'PUT', bodyPart: part });
    await send({ method: 'PUT', bodyPart: part });
    const sent = Buffer.from([97, 97, 0, 255, 1]);
    expect(service.requests.map(({ body }) => body)).toEqual([sent, sent]);
    expect(service.requests[0]?.headers).toMatchObject({ 'content-length': '5' });
    expect(service.requests[0]?.headers).not.toHaveProperty('content-type');
  });

  test.each([204, 400, 403, 500, 503])('answers the status %i like any other', async (status) => {
    service.fault = () => ({ status });
    expect(await send()).toMatchObject({ status });
  });

  test('does not follow a redirect', async () => {
    service.fault = () => ({ status: 302, headers: { location: '/elsewhere' } });
    await send();
    expect(service.requests).toHaveLength(1);
  });

  test('takes an answer of the greatest length, and refuses a longer one', async () => {
    service.fault = () => ({ status: 200, body: 'x'.repeat(1000) });
    expect((await send()).body).toHaveLength(1000);
    await expect(send({ answerBytesMax: 999 })).rejects.toBeInstanceOf(UnavailableError);
  });

  test.each([999, 1000, 1001])('answers the same whether it is given memory for it or not: %i bytes', async (size) => {
    const body = `${'x'.repeat(size - 1)}!`;
    service.fault = () => ({ status: 200, body });
    const answerInto = new Uint8Array(1000);
    const answer = await send({ answerBytesMax: 2000, answerInto });
    expect(new TextDecoder().decode(answer.body)).toBe(body);
  });

  test('an answer of many parts that is longer than the memory for it comes whole', async () => {
    const body = Array.from({ length: 30_000 }, (_none, index) => `${index} `).join('');
    service.fault = () => ({ status: 200, body });
    for (const memory of [1000, 70_000, 1_000_000]) {
      const answer = await send({ answerBytesMax: 1_000_000, answerInto: new Uint8Array(memory) });
      expect(new TextDecoder().decode(answer.body) === body).toBe(true);
    }
  });

  test.each(['cut', 'cut-after'] as const)('tells a connection that is %s as unavailable', async (fault) => {
    service.fault = () => fault;
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
  });

  test('tells a server that does not answer in time as unavailable', async () => {
    service.fault = () => 'hang';
    await expect(send({ timeoutMs: 50 })).rejects.toBeInstanceOf(UnavailableError);
  });

  test('tells a server that is not there as unavailable', async () => {
    await expect(send({ url: 'http://127.0.0.1:9/' })).rejects.toBeInstanceOf(UnavailableError);
  });

  test('ends with the reason of an abort, before and during the request', async () => {
    const reason = new Error('enough');
    await expect(send({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    service.fault = () => {
      controller.abort(reason);
      return 'hang';
    };
    await expect(send({ signal: controller.signal })).rejects.toBe(reason);
  });
});
