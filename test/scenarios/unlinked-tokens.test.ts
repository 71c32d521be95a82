import { expect, test } from '@jest/globals';
import { type DeviceId, epochMs, type Route, type RouteName, routes } from '@syncline/protocol';
import type { ApiResult } from '../../lambdas/runtime/api-event.ts';
import { readCaller } from '../../lambdas/runtime/read-caller.ts';
import { deviceIdOf, join } from '../support/in-memory-member.ts';
import {
  eventOf,
  InMemoryService,
  type InMemoryServiceOptions,
  type TestCaller,
} from '../support/in-memory-service.ts';

type SignedIn = Required<Pick<TestCaller, 'subject' | 'deviceId' | 'signIn'>> & { readonly deviceId: DeviceId };

/** Signs Alice in on a device: its token is of a sign-in of this name. */
async function signIn(service: InMemoryService, name: string, device = name): Promise<SignedIn> {
  const caller = { subject: 'alice', deviceId: deviceIdOf(device), signIn: name };
  await service.invoke('getAccount', {}, caller);
  expect(await register(service, caller)).toMatchObject({ ok: true });
  return caller;
}

function register(service: InMemoryService, { deviceId, ...caller }: SignedIn) {
  return service.invoke('registerDevice', { body: { deviceId, name: 'a device', platform: 'linux' } }, caller);
}

function unlink(service: InMemoryService, caller: TestCaller, deviceId: DeviceId) {
  return service.invoke('unlinkDevice', { parameters: { deviceId }, query: {} }, caller);
}

const LAST_WORDS: readonly RouteName[] = ['listDevices', 'checkWipe', 'reportWipe'];
const OF_ACCOUNTS = (Object.keys(routes) as RouteName[]).filter((name) =>
  ['account', 'device'].includes(routes[name].access),
);
const GUARDED = OF_ACCOUNTS.filter((name) => !LAST_WORDS.includes(name));

/** What a route answers to a request without any input: who asks is looked at first. */
function ask(service: InMemoryService, name: RouteName, caller: TestCaller): Promise<ApiResult> {
  return service.handle(eventOf(routes[name], caller));
}

function codeOf({ body }: ApiResult): unknown {
  return (JSON.parse(body) as { readonly code?: string }).code;
}

test('every route refuses the token of a device that was unlinked, whichever device it names, and none refuses the others', async () => {
  const service = new InMemoryService();
  const [desk, lost] = [await signIn(service, 'desk'), await signIn(service, 'lost')];
  const old = await join(service, 'alice', 'registered without a sign-in');
  expect(await unlink(service, desk, lost.deviceId)).toMatchObject({ ok: true });
  for (const name of GUARDED) {
    for (const deviceId of [lost.deviceId, desk.deviceId, old.deviceId]) {
      const refused = await ask(service, name, { ...lost, deviceId });
      expect([name, refused.statusCode, codeOf(refused)]).toEqual([name, 401, 'unauthenticated']);
      expect(refused.body).toMatch(/sign in/i);
    }
    expect([name, codeOf(await ask(service, name, desk))]).not.toEqual([name, 'unauthenticated']);
  }
});

test('what only reads is looked up meanwhile, and nothing of it is told', async () => {
  const service = new InMemoryService();
  const [desk, lost] = [await signIn(service, 'desk'), await signIn(service, 'lost')];
  expect(await service.invoke('listTree', { query: {} }, lost)).toMatchObject({ ok: true });
  await unlink(service, desk, lost.deviceId);
  const answer = await service.invoke('listTree', { query: {} }, lost);
  expect(answer).toMatchObject({ ok: false, problem: { code: 'unauthenticated', remedy: 'sign-in' } });
  expect(JSON.stringify(answer)).not.toContain('cursor');
});

test('nobody comes back with that token: not under a new id, nor as another device', async () => {
  const service = new InMemoryService();
  const [desk, lost] = [await signIn(service, 'desk'), await signIn(service, 'lost')];
  await unlink(service, desk, lost.deviceId);
  for (const deviceId of [lost.deviceId, desk.deviceId, deviceIdOf('a new id')]) {
    expect(await register(service, { ...lost, deviceId })).toMatchObject({ ok: false, status: 401 });
  }
  const devices = await service.invoke('listDevices', {}, desk);
  expect(devices).toMatchObject({ ok: true, value: { devices: [{}, {}] } });
  expect(codeOf(await ask(service, 'openSocket', desk))).not.toBe('unauthenticated');
});

test('devices that the same sign-in has registered go with it, and all sockets of them are closed', async () => {
  const service = new InMemoryService();
  const [desk, lost] = [await signIn(service, 'desk'), await signIn(service, 'lost')];
  const second = { ...lost, deviceId: deviceIdOf('in hiding') };
  expect(await register(service, second)).toMatchObject({ ok: true });
  const closed: string[] = [];
  const { sockets, pusher, clock } = service.stores;
  const { accountId } = await join(service, 'alice', 'without a sign-in');
  for (const { deviceId, name } of [
    { ...desk, name: 'desk' },
    { ...lost, name: 'lost' },
    { ...second, name: 'second' },
  ]) {
    pusher.open(name, { receive: () => undefined, closed: () => closed.push(name) });
    const expiresAt = epochMs(clock.now() + 60_000);
    await sockets.putConnection({ connectionId: name, accountId, deviceId, expiresAt });
  }
  await unlink(service, desk, lost.deviceId);
  expect(closed.toSorted()).toEqual(['lost', 'second']);
  const refused = await ask(service, 'listChanges', second);
  expect(JSON.parse(refused.body)).toMatchObject({ code: 'unauthenticated', details: { unlinked: true } });
});

/** A service in which this happens at the moment at which a device is about to be written. */
function interrupted(moment: () => Promise<unknown>): InMemoryServiceOptions {
  return {
    seen: (stores) => {
      const createDevice = stores.accounts.createDevice.bind(stores.accounts);
      stores.accounts.createDevice = async (...given) => {
        await moment();
        return createDevice(...given);
      };
      return stores;
    },
  };
}

test('a device that is registered while its sign-in ends is neither accepted nor left', async () => {
  let moment: () => Promise<unknown> = async () => undefined;
  const service = new InMemoryService(interrupted(() => moment()));
  const [desk, lost] = [await signIn(service, 'desk'), await signIn(service, 'lost')];
  const late = { ...lost, deviceId: deviceIdOf('late') };
  moment = async () => {
    moment = async () => undefined;
    await unlink(service, desk, lost.deviceId);
  };
  expect(await register(service, late)).toMatchObject({ ok: false, problem: { code: 'forbidden' } });
  expect(codeOf(await ask(service, 'listChanges', late))).toBe('unauthenticated');
  const listed = await service.invoke('listDevices', {}, desk);
  const live = listed.ok ? listed.value.devices.filter(({ revokedAt }) => revokedAt === undefined) : [];
  expect(live.map(({ deviceId }) => deviceId)).toEqual([desk.deviceId]);
});

test('a device that signs in anew goes on, and its former sign-in has ended everywhere', async () => {
  const service = new InMemoryService();
  const former = await signIn(service, 'first', 'desk');
  const later = await signIn(service, 'second', 'desk');
  expect(later.deviceId).toBe(former.deviceId);
  for (const name of GUARDED) {
    expect([name, codeOf(await ask(service, name, former))]).toEqual([name, 'unauthenticated']);
    expect([name, codeOf(await ask(service, name, later))]).not.toEqual([name, 'unauthenticated']);
  }
});

test('of two sign-ins that take over a device at once one has it, and the other has ended or is told to register again', async () => {
  const service = new InMemoryService();
  const desk = await signIn(service, 'first', 'desk');
  const rivals = ['second', 'third'].map((name) => ({ ...desk, signIn: name }));
  const answers = await Promise.all(rivals.map((rival) => register(service, rival)));
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(answers).toContainEqual(expect.objectContaining({ ok: false, status: 409 }));
});

test('a token speaks for no device but that of its sign-in', async () => {
  const service = new InMemoryService();
  const [desk, phone] = [await signIn(service, 'desk'), await signIn(service, 'phone')];
  for (const name of OF_ACCOUNTS.filter((one) => routes[one].access === 'device')) {
    const refused = await ask(service, name, { ...desk, deviceId: phone.deviceId });
    expect([name, codeOf(refused)]).toEqual([name, 'unauthenticated']);
    const { signIn: _, ...nameless } = desk;
    expect([name, codeOf(await ask(service, name, nameless))]).toEqual([name, 'unauthenticated']);
  }
});

test('an unlinked device learns what it was asked to remove, says that it did, and learns and says nothing of others', async () => {
  const service = new InMemoryService();
  const [desk, lost] = [await signIn(service, 'desk'), await signIn(service, 'lost')];
  await service.invoke('unlinkDevice', { parameters: { deviceId: lost.deviceId }, query: { wipe: 'true' } }, desk);
  const own = await service.invoke('listDevices', {}, lost);
  expect(own).toMatchObject({ ok: true, value: { devices: [{ deviceId: lost.deviceId, wipe: { state: 'asked' } }] } });
  const report = (caller: SignedIn, deviceId: DeviceId) =>
    service.invoke('reportWipe', { parameters: { deviceId }, body: { removedFiles: 3, keptFiles: 1 } }, caller);
  expect(await report(lost, lost.deviceId)).toMatchObject({ ok: true, value: { device: { wipe: { state: 'done' } } } });
  const gone = await signIn(service, 'gone');
  await service.invoke('unlinkDevice', { parameters: { deviceId: gone.deviceId }, query: { wipe: 'true' } }, desk);
  expect(await report(lost, gone.deviceId)).toMatchObject({ ok: false, status: 404 });
});

test('a sign-in is told by what its tokens have in common, also after they were renewed, and by another issuer', () => {
  const claims = { iss: 'https://issuer', sub: 'alice' };
  const first = readCaller({ ...claims, origin_jti: 'one', jti: '1' });
  expect(first?.signIn).toMatch(/^[0-7][0-9A-Z]{25}$/);
  expect(readCaller({ ...claims, origin_jti: 'one', jti: '2' })?.signIn).toBe(first?.signIn);
  expect(readCaller({ ...claims, origin_jti: 'two', jti: '2' })?.signIn).not.toBe(first?.signIn);
  expect(readCaller({ ...claims, sid: 'three' })?.signIn).toMatch(/^[0-7][0-9A-Z]{25}$/);
  for (const named of [{}, { origin_jti: '' }, { sid: 7 }]) {
    expect(readCaller({ ...claims, ...named })).not.toHaveProperty('signIn');
  }
});

test('only the routes that are a last word are served to a sign-in that has ended', () => {
  const served = (Object.keys(routes) as RouteName[]).filter((name) => (routes[name] as Route).isLastWord === true);
  expect(served).toEqual(LAST_WORDS);
});
