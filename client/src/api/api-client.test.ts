import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { NodeId } from '@syncline/protocol';
import { type Fault, problem } from '../../test/loopback-service.ts';
import { type LoopbackWorld, openLoopbackWorld } from '../../test/loopback-world.ts';
import { UnavailableError } from './unavailable-error.ts';

const cursorAnswer: Fault = { status: 200, body: JSON.stringify({ cursor: 'here' }) };
let world: LoopbackWorld;

beforeEach(async () => {
  world = await openLoopbackWorld();
});
afterEach(() => world.close());

function answerInTurn(...faults: Fault[]): void {
  world.service.fault = () => faults.shift() ?? cursorAnswer;
}

test.each<[string, Fault]>([
  ['is throttled', problem('rate_limited')],
  ['meets an unavailable service', problem('unavailable')],
  ['meets a defect of the service', problem('internal')],
  ['is throttled by the gateway', { status: 429, body: '{"message":"Too Many Requests"}' }],
  ['is not answered in time by the gateway', { status: 504, body: '' }],
  ['loses its connection', 'cut'],
  ['loses its answer', 'cut-after'],
])('a request that %s is repeated', async (_, fault) => {
  answerInTurn(fault, fault);
  expect(await world.api.getCursor()).toEqual({ ok: true, value: { cursor: 'here' } });
  expect(world.service.requests).toHaveLength(3);
  expect(world.pauses).toEqual([100, 200]);
});

test('Retry-After is the least pause, and a very long one is answered at once', async () => {
  answerInTurn({ ...problem('rate_limited'), headers: { 'retry-after': '7' } });
  await world.api.getCursor();
  expect(world.pauses).toEqual([7100]);
  answerInTurn({ ...problem('rate_limited'), headers: { 'retry-after': '3600' } });
  expect(await world.api.getCursor()).toMatchObject({ ok: false, problem: { code: 'rate_limited' } });
});

test('a refusal that no repeat can mend is answered at once', async () => {
  answerInTurn(problem('conflict', { detail: 'no' }));
  expect(await world.api.getCursor()).toMatchObject({ ok: false, problem: { code: 'conflict', remedy: 'resync' } });
  expect(world.service.requests).toHaveLength(1);
});

test('a service that stays unavailable is told as its last problem, a network that stays down as an error', async () => {
  world.service.fault = () => problem('unavailable');
  expect(await world.api.getCursor()).toMatchObject({ ok: false, problem: { code: 'unavailable' } });
  expect(world.service.requests).toHaveLength(7);
  world.service.fault = () => 'cut';
  await expect(world.api.getCursor()).rejects.toBeInstanceOf(UnavailableError);
  expect(world.service.requests).toHaveLength(14);
});

test('a refused token is renewed, twice at most, and the request repeated with the new one', async () => {
  world.service.fault = (request) =>
    request.headers.authorization === 'Bearer second'
      ? cursorAnswer
      : { status: 401, body: '{"message":"Unauthorized"}' };
  expect(await world.api.getCursor()).toMatchObject({ ok: true });
  world.service.fault = () => problem('unauthenticated');
  expect(await world.api.getCursor()).toMatchObject({ ok: false, problem: { remedy: 'sign-in' } });
  expect(world.tokens.renewals).toBe(3);
  expect(world.service.requests).toHaveLength(5);
});

test('without another token the refusal is the answer', async () => {
  world.tokens.next = undefined;
  world.service.fault = () => problem('unauthenticated');
  expect(await world.api.getCursor()).toMatchObject({ ok: false, problem: { code: 'unauthenticated' } });
  expect(world.service.requests).toHaveLength(1);
});

test('a gateway that refuses a token has no words of its own, and is told as a sign-in that has ended', async () => {
  world.service.fault = () => ({ status: 401, body: '{"message":"Unauthorized"}' });
  const detail = 'the sign-in of this device has ended, or is not valid';
  expect(await world.api.getCursor()).toMatchObject({ ok: false, problem: { code: 'unauthenticated', detail } });
});

test('an answer that is not of the contract is an error that names the route', async () => {
  answerInTurn({ status: 200, body: '{"unexpected":true}' });
  await expect(world.api.getCursor()).rejects.toThrow('GET /v1/changes/cursor');
  answerInTurn({ status: 200, body: '<html>a proxy says hello</html>' });
  await expect(world.api.getCursor()).rejects.toBeInstanceOf(UnavailableError);
});

test('parameters and query are encoded, the device is named only where the route asks for it', async () => {
  world.service.fault = () => problem('not_found');
  await world.api.resolvePath({ query: { path: '/ä b/?&=#.txt' } });
  await world.api.getNode({ parameters: { nodeId: NodeId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAV') }, query: {} });
  await world.api.openSocket({ body: {} });
  const [path, node, socket] = world.service.requests;
  expect(new URL(path?.url ?? '', 'http://a').searchParams.get('path')).toBe('/ä b/?&=#.txt');
  expect(node?.url).toBe('/v1/nodes/01ARZ3NDEKTSV4RRFFQ69G5FAV');
  expect([path?.headers['x-device-id'], socket?.headers['x-device-id']]).toEqual([
    undefined,
    '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  ]);
});

test('an abort ends a request with its reason', async () => {
  const reason = new Error('enough');
  await expect(world.api.getCursor({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const controller = new AbortController();
  world.service.fault = () => {
    controller.abort(reason);
    return 'cut';
  };
  await expect(world.api.getCursor({ signal: controller.signal })).rejects.toBe(reason);
});
