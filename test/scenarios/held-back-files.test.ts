import { describe, expect, test } from '@jest/globals';
import type { Transport, TransportRequest, TransportResponse } from '../../client/src/api/transport.ts';
import { UnavailableError } from '../../client/src/api/unavailable-error.ts';
import { STORE_REST_MS, STORE_STRIKES_MAX } from '../../client/src/transfers/limits.ts';
import { StoreHealth } from '../../client/src/transfers/store-health.ts';
import { type ContentOutcome, uploadContents } from '../../client/src/transfers/upload-files.ts';
import { EngineDevice } from '../support/engine-device.ts';
import { openInMemoryClient, sourceOf } from '../support/in-memory-client.ts';
import { join, textBytes } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { inMemoryTransport } from '../support/in-memory-transport.ts';

/** What a scanner on the way does not let through. */
const VIRUS = 'X5O!P%@AP[4';

/** Bytes above which a file is transferred beside the rounds. */
const ALL_ARE_LARGE = 0;

/** What is on the way to the service and the store, by what is asked and answered. */
type Way = (request: TransportRequest, send: () => Promise<TransportResponse>) => Promise<TransportResponse>;

const open: Way = (_request, send) => send();
/** As a scanner does that ends connections. */
const scannedUp: Way = (request, send) => {
  if (request.method === 'PUT' && textOf(request.body).includes(VIRUS)) throw new UnavailableError('reset');
  return send();
};
const scannedDown: Way = async (request, send) => {
  const answer = await send();
  if (request.method === 'GET' && textOf(answer.body).includes(VIRUS)) throw new UnavailableError('reset');
  return answer;
};
/** As a proxy does that answers by itself. */
const refusedUp: Way = async (request, send) =>
  request.method === 'PUT' && textOf(request.body).includes(VIRUS)
    ? { status: 403, headers: {}, body: Buffer.from('<html>Blocked</html>') }
    : send();
const storeless: Way = (request, send) => {
  if (isOfStore(request)) throw new UnavailableError('no route');
  return send();
};

function textOf(body: TransportRequest['body']): string {
  return typeof body === 'string' ? body : Buffer.from(body ?? []).toString('latin1');
}

function isOfStore({ url }: TransportRequest): boolean {
  return !url.includes('/v1/');
}

/** Two devices, and what stands on the way of the first, which may change. */
async function openDevices(service: InMemoryService, largeFileBytes?: number) {
  const there = inMemoryTransport(service);
  const on = { way: open };
  const network: Transport = { send: async (request) => on.way(request, () => there.send(request)) };
  const desk = await EngineDevice.open(service, 'desk', { network, largeFileBytes });
  return { desk, phone: await EngineDevice.open(service, 'phone'), on };
}

function syncAgain(device: EngineDevice) {
  device.engine.tryTransfersAgain();
  return device.sync();
}

function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${index}.txt`);
}

describe.each([
  ['ends connections', scannedUp],
  ['answers by itself', refusedUp],
])('where something on the way %s', (_, way) => {
  test.each([
    [1, undefined],
    [3, undefined],
    [60, undefined],
    [3, ALL_ARE_LARGE],
  ])(
    'a file that never gets to the store keeps back none of %s others, nor what comes',
    async (count, largeFileBytes) => {
      const service = new InMemoryService();
      const { desk, phone, on } = await openDevices(service, largeFileBytes);
      phone.files.write('from phone.txt', 'hello');
      await phone.sync();
      on.way = way;
      desk.files.write('bad.txt', VIRUS);
      for (const name of numbered(count)) desk.files.write(name, `this is ${name}`);
      expect(await desk.sync()).toEqual({ kind: 'unrested', problems: ['bad.txt: held-back'] });
      expect(desk.names).toContain('from phone.txt');
      await phone.sync();
      expect(phone.names).toEqual(['from phone.txt', ...numbered(count)].toSorted());
      on.way = open;
      expect(await syncAgain(desk)).toEqual({ kind: 'rested', problems: [] });
      await phone.sync();
      expect(phone.names).toContain('bad.txt');
    },
  );
});

test.each([
  [1, undefined],
  [3, undefined],
  [60, undefined],
  [3, ALL_ARE_LARGE],
])(
  'a file that never comes from the store keeps back none of %s others, nor what is sent',
  async (count, largeFileBytes) => {
    const service = new InMemoryService();
    const { desk, phone, on } = await openDevices(service, largeFileBytes);
    phone.files.write('bad.txt', VIRUS);
    for (const name of numbered(count)) phone.files.write(name, `this is ${name}`);
    await phone.sync();
    on.way = scannedDown;
    desk.files.write('from desk.txt', 'hello');
    expect(await desk.sync()).toEqual({ kind: 'unrested', problems: ['bad.txt: held-back'] });
    expect(desk.names).toEqual(['from desk.txt', ...numbered(count)].toSorted());
    await phone.sync();
    expect(phone.names).toContain('from desk.txt');
    on.way = open;
    expect(await syncAgain(desk)).toEqual({ kind: 'rested', problems: [] });
    expect(desk.names).toContain('bad.txt');
  },
);

test('many files that never get to the store are found one after the other, and nothing else waits for ever', async () => {
  const service = new InMemoryService();
  const { desk, phone, on } = await openDevices(service);
  on.way = scannedUp;
  const bad = numbered(4 * STORE_STRIKES_MAX);
  for (const name of bad) desk.files.write(name, `${VIRUS} ${name}`);
  phone.files.write('from phone.txt', 'hello');
  await phone.sync();
  let last: unknown;
  for (let tries = 0; tries < bad.length; tries++) {
    last = await desk.sync().catch((failure: unknown) => failure);
    service.stores.clock.advance(STORE_REST_MS);
  }
  expect(last).toEqual({ kind: 'unrested', problems: bad.map((name) => `${name}: held-back`).toSorted() });
  expect(desk.names).toContain('from phone.txt');
});

test('where the store answers nobody, that is what is said, and of no file that it is held back', async () => {
  const service = new InMemoryService();
  const { desk, phone, on } = await openDevices(service);
  desk.files.write('kept.txt', 'hello');
  await desk.sync();
  await phone.sync();
  expect(phone.names).toEqual(['kept.txt']);
  on.way = storeless;
  for (const name of numbered(500)) desk.files.write(name, `this is ${name}`);
  phone.files.mkdir('from phone');
  await phone.sync();
  await expect(desk.sync()).rejects.toThrow(UnavailableError);
  // What needs no store is done all the same.
  expect(desk.names).toContain('from phone');
  // Not each of the files has found out for itself.
  expect(desk.client.sent.filter(isOfStore).length).toBeLessThan(200);
  on.way = open;
  service.stores.clock.advance(STORE_REST_MS);
  expect(await syncAgain(desk)).toEqual({ kind: 'rested', problems: [] });
  await phone.sync();
  expect(phone.names).toEqual(desk.names);
});

test.each([5, 60])('of %s contents all but the one that does not get through are stored', async (count) => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const there = inMemoryTransport(service);
  const client = openInMemoryClient(service, alice, {
    send: async (request) => scannedUp(request, () => there.send(request)),
  });
  const sources = numbered(count).map((name, index) => sourceOf(alice, textBytes(index === 3 ? VIRUS : name)));
  const kinds = (outcomes: readonly ContentOutcome[]) => outcomes.map(({ kind }) => kind);
  const storeHealth = new StoreHealth(client.clock);
  const outcomes = kinds(await uploadContents({ ...client, storeHealth }, sources));
  expect(outcomes.flatMap((kind, index) => (kind === 'held-back' ? [index] : []))).toEqual([3]);
  expect(outcomes.every((kind) => kind === 'held-back' || kind === 'uploaded' || kind === 'packed')).toBe(true);
  // Without it, the first that does not get through ends the call.
  await expect(uploadContents(client, sources)).rejects.toThrow(UnavailableError);
});
