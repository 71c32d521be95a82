import type { AccountId, Device, DeviceId, EpochMs, NamespaceId } from '@syncline/protocol';

/** Accounts, their home namespaces and their devices. Strongly consistent. */
export interface AccountStore {
  getAccount(accountId: AccountId): Promise<Account | undefined>;

  /**
   * Makes the account, its home namespace's head and its membership as owner, all or nothing.
   * Idempotent: when the account exists already, answers the one that exists and changes nothing.
   */
  createAccount(account: Account & { readonly quotaBytes: number }): Promise<Account>;

  getDevice(accountId: AccountId, deviceId: DeviceId): Promise<Device | undefined>;
  /** Oldest first, revoked ones included; at most DEVICES_MAX live ones exist. */
  listDevices(accountId: AccountId): Promise<readonly Device[]>;
  /** Writes a device that does not exist; answers the one that exists otherwise. */
  createDevice(accountId: AccountId, device: Device): Promise<Device>;
  /** Undefined when there is no such device. */
  renameDevice(key: DeviceKey, name: string): Promise<Device | undefined>;
  /** Idempotent: the first revocation's time stays. Undefined when there is no such device. */
  revokeDevice(key: DeviceKey, at: EpochMs): Promise<Device | undefined>;
  /** Members of a namespace in the order of their ids, for pushes; all of them without a range. Cost: one Query. */
  listMembers(namespaceId: NamespaceId, range?: MemberRange): Promise<readonly AccountId[]>;
}

/** Account ids between two, both included. */
export interface MemberRange {
  readonly first: AccountId;
  readonly last: AccountId;
}

export interface DeviceKey {
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
}

export interface Account {
  readonly accountId: AccountId;
  readonly email?: string;
  readonly homeNamespaceId: NamespaceId;
  readonly createdAt: string;
}
