import { beforeAll, expect, test } from '@jest/globals';
import { AccountId, type Device, DeviceId, epochMs, formatInstant, NamespaceId } from '@syncline/protocol';
import { CHANGED_AT, freshId, type NamespaceSubject, openHome, QUOTA_BYTES } from './namespace-fixture.ts';

function newAccount() {
  return {
    accountId: AccountId.parse(freshId()),
    homeNamespaceId: NamespaceId.parse(freshId()),
    createdAt: CHANGED_AT,
    quotaBytes: QUOTA_BYTES,
  };
}

function newDevice(given: Partial<Device> = {}): Device {
  return {
    deviceId: DeviceId.parse(freshId()),
    name: 'Laptop',
    platform: 'linux',
    createdAt: CHANGED_AT,
    lastSeenAt: CHANGED_AT,
    ...given,
  };
}

/** What every AccountStore must do. */
export function describeAccountStore(make: () => Promise<Omit<NamespaceSubject, 'clock'>>): void {
  let subject: Omit<NamespaceSubject, 'clock'>;
  beforeAll(async () => {
    subject = await make();
  });

  test('an account that was never made is undefined', async () => {
    expect(await subject.accounts.getAccount(AccountId.parse(freshId()))).toBeUndefined();
  });

  test.each(['a@example.org', undefined])('an account is made with its home namespace (email %s)', async (email) => {
    const { quotaBytes, ...account } = newAccount();
    const expected = email === undefined ? account : { ...account, email };
    expect(await subject.accounts.createAccount({ ...expected, quotaBytes })).toEqual(expected);
    expect(await subject.accounts.getAccount(account.accountId)).toEqual(expected);
    const { accountId, homeNamespaceId: namespaceId } = account;
    const access = await subject.namespaces.readAccess({ namespaceId, accountId });
    expect(access).toMatchObject({ role: 'owner', head: { seq: 0, quotaBytes, ownerAccountId: accountId } });
    expect(await subject.accounts.listMembers(namespaceId)).toEqual([accountId]);
  });

  test('of 16 callers who make one account at once all are told the same one, and one home is made', async () => {
    const { accountId } = newAccount();
    const offers = Array.from({ length: 16 }, () => ({ ...newAccount(), accountId }));
    const answers = await Promise.all(offers.map((offer) => subject.accounts.createAccount(offer)));
    const stored = await subject.accounts.getAccount(accountId);
    for (const answer of answers) expect(answer).toEqual(stored);
    const homes = await Promise.all(
      offers.map(({ homeNamespaceId: namespaceId }) => subject.namespaces.readAccess({ namespaceId, accountId })),
    );
    expect(homes.filter((home) => home !== undefined)).toHaveLength(1);
  });

  test('a namespace without members has none', async () => {
    expect(await subject.accounts.listMembers(NamespaceId.parse(freshId()))).toEqual([]);
  });

  test('a device is made once, and a second device of the same id is answered with the first', async () => {
    const { accountId } = await openHome(subject);
    const device = newDevice();
    expect(await subject.accounts.createDevice(accountId, device)).toEqual(device);
    expect(await subject.accounts.createDevice(accountId, { ...device, name: 'Other' })).toEqual(device);
    expect(await subject.accounts.getDevice(accountId, device.deviceId)).toEqual(device);
    expect(await subject.accounts.getDevice(AccountId.parse(freshId()), device.deviceId)).toBeUndefined();
  });

  test('devices are listed oldest first, revoked ones included', async () => {
    const { accountId } = await openHome(subject);
    const at = (seconds: number) => formatInstant(epochMs(Date.UTC(2026, 0, 1, 12, 0, seconds)));
    const devices = [
      newDevice({ createdAt: at(9) }),
      newDevice({ createdAt: at(10) }),
      newDevice({ createdAt: at(1) }),
    ];
    for (const device of devices) await subject.accounts.createDevice(accountId, device);
    const [second, third, first] = devices as [Device, Device, Device];
    const { deviceId } = second;
    const revoked = await subject.accounts.revokeDevice(
      { accountId, deviceId },
      { at: epochMs(Date.UTC(2026, 1, 1)), wipe: false },
    );
    expect(await subject.accounts.listDevices(accountId)).toEqual([first, revoked, third]);
    expect(await subject.accounts.listDevices(AccountId.parse(freshId()))).toEqual([]);
  });

  test('a device is renamed, and nothing else of it changes', async () => {
    const { accountId } = await openHome(subject);
    const device = await subject.accounts.createDevice(accountId, newDevice());
    const renamed = { ...device, name: 'Büro 🖥' };
    expect(await subject.accounts.renameDevice({ accountId, deviceId: device.deviceId }, renamed.name)).toEqual(
      renamed,
    );
    expect(await subject.accounts.getDevice(accountId, device.deviceId)).toEqual(renamed);
  });

  test('the time of the first revocation stays', async () => {
    const { accountId } = await openHome(subject);
    const { deviceId } = await subject.accounts.createDevice(accountId, newDevice());
    const first = epochMs(Date.UTC(2026, 1, 1));
    const revoked = await subject.accounts.revokeDevice({ accountId, deviceId }, { at: first, wipe: false });
    expect(revoked?.revokedAt).toBe(formatInstant(first));
    expect(
      await subject.accounts.revokeDevice({ accountId, deviceId }, { at: epochMs(first + 1), wipe: false }),
    ).toEqual(revoked);
  });

  test('a device is asked once to remove its files, also when it was revoked before, and its word of it is kept', async () => {
    const { accountId } = await openHome(subject);
    const { deviceId } = await subject.accounts.createDevice(accountId, newDevice());
    const key = { accountId, deviceId };
    const at = epochMs(Date.UTC(2026, 1, 1));
    await subject.accounts.revokeDevice(key, { at, wipe: false });
    expect(await subject.accounts.reportWipe(key, { state: 'done', removedFiles: 1, keptFiles: 2 })).toBeUndefined();
    const asked = await subject.accounts.revokeDevice(key, { at: epochMs(at + 1), wipe: true });
    expect(asked).toMatchObject({ revokedAt: formatInstant(at), wipe: { state: 'asked' } });
    const wipe = { state: 'done', removedFiles: 3, keptFiles: 0 } as const;
    expect(await subject.accounts.reportWipe(key, wipe)).toMatchObject({ wipe });
    expect(await subject.accounts.revokeDevice(key, { at, wipe: true })).toMatchObject({ wipe });
    expect(await subject.accounts.getDevice(accountId, deviceId)).toMatchObject({ wipe });
  });

  test('how far a device has come is kept, and nothing else of it changes', async () => {
    const { accountId, namespaceId } = await openHome(subject);
    const device = await subject.accounts.createDevice(accountId, newDevice());
    const at = epochMs(Date.UTC(2026, 5, 1));
    for (const seq of [7, 9]) {
      const positions = [{ namespaceId, epoch: 2, seq }];
      await subject.accounts.seeDevice({ accountId, deviceId: device.deviceId }, { at, positions });
      const seen = { ...device, lastSeenAt: formatInstant(at), positions };
      expect(await subject.accounts.getDevice(accountId, device.deviceId)).toEqual(seen);
    }
  });

  test('members between two ids are told, both ends included', async () => {
    const { accountId, namespaceId } = await openHome(subject);
    const of = (first: string, last: string) =>
      subject.accounts.listMembers(namespaceId, { first: first as AccountId, last: last as AccountId });
    const [least, most] = ['0'.repeat(26), `7${'Z'.repeat(25)}`];
    expect(await of(accountId, accountId)).toEqual([accountId]);
    expect(await of(least, most)).toEqual([accountId]);
    expect(await of(least, least)).toEqual([]);
  });

  test('a device goes from one sign-in to the next, and from each to one alone, until it is revoked', async () => {
    const { accountId } = await openHome(subject);
    const { deviceId } = await subject.accounts.createDevice(accountId, newDevice());
    const key = { accountId, deviceId };
    expect(await subject.accounts.bindDevice(key, { from: undefined, to: 'one' })).toMatchObject({ signIn: 'one' });
    expect(await subject.accounts.bindDevice(key, { from: undefined, to: 'two' })).toBeUndefined();
    const rivals = ['two', 'three'].map((to) => subject.accounts.bindDevice(key, { from: 'one', to }));
    const [won, ...more] = (await Promise.all(rivals)).filter((device) => device !== undefined);
    expect(more).toEqual([]);
    expect(await subject.accounts.getDevice(accountId, deviceId)).toEqual(won);
    await subject.accounts.revokeDevice(key, { at: epochMs(0), wipe: false });
    expect(await subject.accounts.bindDevice(key, { from: won?.signIn, to: 'four' })).toBeUndefined();
    const nobody = { accountId, deviceId: DeviceId.parse(freshId()) };
    expect(await subject.accounts.bindDevice(nobody, { from: undefined, to: 'one' })).toBeUndefined();
    expect(await subject.accounts.getDevice(accountId, nobody.deviceId)).toBeUndefined();
  });

  test('a sign-in ends for its account alone, and a repeat changes nothing', async () => {
    const { accountId } = await openHome(subject);
    for (let time = 0; time < 2; time++) await subject.accounts.endSignIn(accountId, 'one', epochMs(time));
    expect(await subject.accounts.hasSignInEnded(accountId, 'one')).toBe(true);
    expect(await subject.accounts.hasSignInEnded(accountId, 'two')).toBe(false);
    expect(await subject.accounts.hasSignInEnded(AccountId.parse(freshId()), 'one')).toBe(false);
    expect(await subject.accounts.listDevices(accountId)).toEqual([]);
  });

  test('a device that is not there is neither renamed nor revoked, nor made by it', async () => {
    const { accountId } = await openHome(subject);
    const key = { accountId, deviceId: DeviceId.parse(freshId()) };
    expect(await subject.accounts.renameDevice(key, 'Ghost')).toBeUndefined();
    expect(await subject.accounts.revokeDevice(key, { at: epochMs(0), wipe: true })).toBeUndefined();
    expect(await subject.accounts.reportWipe(key, { state: 'done' })).toBeUndefined();
    await subject.accounts.seeDevice(key, { at: epochMs(0), positions: [] });
    expect(await subject.accounts.getDevice(accountId, key.deviceId)).toBeUndefined();
  });
}
