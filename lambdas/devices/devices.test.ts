import { expect, test } from '@jest/globals';
import { DEVICES_MAX, epochMs } from '@syncline/protocol';
import { deviceIdOf, join } from '../../test/support/in-memory-member.ts';
import { InMemoryService } from '../../test/support/in-memory-service.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';

const ALICE = { subject: 'alice' };
const BOB = { subject: 'bob' };

function register(service: InMemoryService, caller: { readonly subject: string }, name: string) {
  return service.invoke('registerDevice', { body: { deviceId: deviceIdOf(name), name, platform: 'linux' } }, caller);
}

function unlink(service: InMemoryService, caller: { readonly subject: string }, name: string) {
  return service.invoke('unlinkDevice', { parameters: { deviceId: deviceIdOf(name) }, query: {} }, caller);
}

async function names(service: InMemoryService, caller: { readonly subject: string }): Promise<readonly string[]> {
  const answer = await service.invoke('listDevices', {}, caller);
  return answer.ok ? answer.value.devices.map(({ name }) => name) : [];
}

test('registering again after a lost answer is the same registration', async () => {
  const service = new InMemoryService();
  const first = await register(service, ALICE, 'desk');
  service.stores.clock.advance(1000);
  expect(await register(service, ALICE, 'desk')).toEqual(first);
  expect(await names(service, ALICE)).toEqual(['desk']);
});

test('an id that another account uses is free for this one, and its device stays as it is', async () => {
  const service = new InMemoryService();
  await register(service, ALICE, 'desk');
  service.stores.clock.advance(1000);
  expect(await register(service, BOB, 'desk')).toMatchObject({ ok: true, value: { device: { name: 'desk' } } });
  const parameters = { deviceId: deviceIdOf('desk') };
  await service.invoke('renameDevice', { parameters, body: { name: "Bob's" } }, BOB);
  expect([await names(service, ALICE), await names(service, BOB)]).toEqual([['desk'], ["Bob's"]]);
});

test('devices are renamed and unlinked by their own account only', async () => {
  const service = new InMemoryService();
  await register(service, ALICE, 'desk');
  const parameters = { deviceId: deviceIdOf('desk') };
  const renamed = await service.invoke('renameDevice', { parameters, body: { name: 'stolen' } }, BOB);
  expect(renamed).toMatchObject({ ok: false, problem: { code: 'not_found' } });
  expect(await unlink(service, BOB, 'desk')).toMatchObject({ ok: false, problem: { code: 'not_found' } });
  const [device] = await service.stores.accounts.listDevices((await join(service, 'alice', 'desk')).accountId);
  expect(device).toMatchObject({ name: 'desk' });
  expect(device?.revokedAt).toBeUndefined();
});

test('an account has a limit of devices, and unlinking one makes room', async () => {
  const service = new InMemoryService();
  for (let index = 0; index < DEVICES_MAX; index++) expect((await register(service, ALICE, `d${index}`)).ok).toBe(true);
  expect(await register(service, ALICE, 'one more')).toMatchObject({
    ok: false,
    problem: { code: 'too_large', details: { limit: 'DEVICES_MAX', max: DEVICES_MAX } },
  });
  expect((await register(service, ALICE, 'd0')).ok).toBe(true);
  await unlink(service, ALICE, 'd0');
  expect((await register(service, ALICE, 'one more')).ok).toBe(true);
});

test('an unlinked device stays unlinked: neither registering nor unlinking again changes the time of it', async () => {
  const service = new InMemoryService();
  await register(service, ALICE, 'desk');
  const first = await unlink(service, ALICE, 'desk');
  service.stores.clock.advance(1000);
  expect(await unlink(service, ALICE, 'desk')).toEqual(first);
  expect(await register(service, ALICE, 'desk')).toMatchObject({ ok: false, problem: { code: 'forbidden' } });
});

test('unlinking closes the sockets of that device, and of no other', async () => {
  const service = new InMemoryService();
  const [desk, phone] = [await join(service, 'alice', 'desk'), await join(service, 'alice', 'phone')];
  const { sockets, pusher, clock } = service.stores;
  const closed: string[] = [];
  const expiresAt = epochMs(clock.now() + 60_000);
  for (const [connectionId, { accountId, deviceId }] of [
    ['desk-1', desk],
    ['desk-2', desk],
    ['phone-1', phone],
  ] as const) {
    pusher.open(connectionId, { receive: () => undefined, closed: () => closed.push(connectionId) });
    await sockets.putConnection({ connectionId, accountId, deviceId, expiresAt });
  }
  await service.invoke('unlinkDevice', { parameters: { deviceId: desk.deviceId }, query: {} }, ALICE);
  expect(closed).toEqual(['desk-1', 'desk-2']);
  const left = await sockets.listConnections(desk.accountId, clock.now());
  expect(left.map(({ connectionId }) => connectionId)).toEqual(['phone-1']);
});

test('a socket that cannot be closed leaves the device revoked, and a repeat closes it', async () => {
  const service = new InMemoryService();
  const desk = await join(service, 'alice', 'desk');
  const { sockets, pusher, clock, accounts } = service.stores;
  const expiresAt = epochMs(clock.now() + 60_000);
  await sockets.putConnection({ ...desk, connectionId: 'desk-1', expiresAt });
  const close = pusher.close.bind(pusher);
  pusher.close = async () => {
    throw new UnavailableError('no answer');
  };
  const parameters = { deviceId: desk.deviceId };
  const failed = await service.invoke('unlinkDevice', { parameters, query: {} }, ALICE);
  expect(failed).toMatchObject({ ok: false, problem: { code: 'unavailable', remedy: 'retry' } });
  expect((await accounts.getDevice(desk.accountId, desk.deviceId))?.revokedAt).toBeDefined();
  pusher.close = close;
  expect((await service.invoke('unlinkDevice', { parameters, query: {} }, ALICE)).ok).toBe(true);
  expect(await sockets.listConnections(desk.accountId, clock.now())).toEqual([]);
});

test('a name is trimmed, and control characters or an empty name are refused', async () => {
  const service = new InMemoryService();
  await register(service, ALICE, 'desk');
  const parameters = { deviceId: deviceIdOf('desk') };
  const rename = (name: string) => service.invoke('renameDevice', { parameters, body: { name } }, ALICE);
  expect(await rename('  desk of Alice ')).toMatchObject({ ok: true, value: { device: { name: 'desk of Alice' } } });
  for (const name of ['', '   ', 'a\nb', 'a/b', 'x'.repeat(65), '\ud800']) {
    expect(await rename(name)).toMatchObject({ ok: false, problem: { code: 'invalid_request' } });
  }
});
