import { type AccountId, type DeviceId, type DeviceWipe, formatInstant, type NamespaceId } from '@syncline/protocol';
import { emptyHead } from '../namespaces/empty-head.ts';
import type { MemoryNamespaceStore } from '../namespaces/memory-namespace-store.ts';
import type {
  Account,
  AccountStore,
  DeviceKey,
  MemberRange,
  Revocation,
  SeenDevice,
  StoredDevice,
} from './account-store.ts';
import { compareAge } from './compare-age.ts';

/** Accounts in the memory of one process; their home namespaces are made in the namespace store that is handed in. */
export class MemoryAccountStore implements AccountStore {
  readonly #namespaces: MemoryNamespaceStore;
  readonly #accounts = new Map<AccountId, Account>();
  readonly #devices = new Map<AccountId, Map<DeviceId, StoredDevice>>();
  readonly #endedSignIns = new Set<string>();

  constructor(dependencies: { readonly namespaces: MemoryNamespaceStore }) {
    this.#namespaces = dependencies.namespaces;
  }

  async getAccount(accountId: AccountId): Promise<Account | undefined> {
    return this.#accounts.get(accountId);
  }

  async createAccount(account: Account & { readonly quotaBytes: number }): Promise<Account> {
    const existing = this.#accounts.get(account.accountId);
    if (existing !== undefined) return existing;
    const { quotaBytes, ...created } = account;
    const { homeNamespaceId: namespaceId, accountId: ownerAccountId } = account;
    this.#namespaces.createNamespace(emptyHead({ namespaceId, ownerAccountId, quotaBytes }), 'owner');
    this.#accounts.set(account.accountId, created);
    return created;
  }

  async getDevice(accountId: AccountId, deviceId: DeviceId): Promise<StoredDevice | undefined> {
    return this.#devices.get(accountId)?.get(deviceId);
  }

  async listDevices(accountId: AccountId): Promise<readonly StoredDevice[]> {
    return [...(this.#devices.get(accountId)?.values() ?? [])].toSorted(compareAge);
  }

  async createDevice(accountId: AccountId, device: StoredDevice): Promise<StoredDevice> {
    const devices = this.#devices.get(accountId) ?? new Map<DeviceId, StoredDevice>();
    this.#devices.set(accountId, devices);
    const existing = devices.get(device.deviceId);
    if (existing === undefined) devices.set(device.deviceId, device);
    return existing ?? device;
  }

  async bindDevice(
    key: DeviceKey,
    { from, to }: { readonly from: string | undefined; readonly to: string },
  ): Promise<StoredDevice | undefined> {
    const device = this.#devices.get(key.accountId)?.get(key.deviceId);
    if (device?.revokedAt !== undefined || device?.signIn !== from) return undefined;
    return this.#change(key, (known) => ({ ...known, signIn: to }));
  }

  async endSignIn(accountId: AccountId, signIn: string): Promise<void> {
    this.#endedSignIns.add(`${accountId}/${signIn}`);
  }

  async hasSignInEnded(accountId: AccountId, signIn: string): Promise<boolean> {
    return this.#endedSignIns.has(`${accountId}/${signIn}`);
  }

  async renameDevice(key: DeviceKey, name: string): Promise<StoredDevice | undefined> {
    return this.#change(key, (device) => ({ ...device, name }));
  }

  async revokeDevice(key: DeviceKey, { at, wipe }: Revocation): Promise<StoredDevice | undefined> {
    return this.#change(key, (device) => ({
      ...device,
      revokedAt: device.revokedAt ?? formatInstant(at),
      ...(wipe ? { wipe: device.wipe ?? { state: 'asked' } } : {}),
    }));
  }

  async reportWipe(key: DeviceKey, wipe: DeviceWipe): Promise<StoredDevice | undefined> {
    const device = await this.getDevice(key.accountId, key.deviceId);
    return device?.wipe === undefined ? undefined : this.#change(key, (known) => ({ ...known, wipe }));
  }

  async seeDevice(key: DeviceKey, { at, positions }: SeenDevice): Promise<void> {
    this.#change(key, (device) => ({ ...device, lastSeenAt: formatInstant(at), positions }));
  }

  async listMembers(namespaceId: NamespaceId, range?: MemberRange): Promise<readonly AccountId[]> {
    const all = this.#namespaces.listMembers(namespaceId);
    return range === undefined ? all : all.filter((id) => id >= range.first && id <= range.last);
  }

  #change(key: DeviceKey, change: (device: StoredDevice) => StoredDevice): StoredDevice | undefined {
    const devices = this.#devices.get(key.accountId);
    const device = devices?.get(key.deviceId);
    if (devices === undefined || device === undefined) return undefined;
    const changed = change(device);
    devices.set(key.deviceId, changed);
    return changed;
  }
}
