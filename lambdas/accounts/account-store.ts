import type { AccountId, Device, DeviceId, DeviceWipe, EpochMs, NamespaceId } from '@syncline/protocol';

/** Accounts, their home namespaces and their devices. Strongly consistent. */
export interface AccountStore {
  getAccount(accountId: AccountId): Promise<Account | undefined>;

  /**
   * Makes the account, its home namespace's head and its membership as owner, all or nothing.
   * Idempotent: when the account exists already, answers the one that exists and changes nothing.
   */
  createAccount(account: Account & { readonly quotaBytes: number }): Promise<Account>;

  getDevice(accountId: AccountId, deviceId: DeviceId): Promise<StoredDevice | undefined>;
  /** Oldest first, revoked ones included; at most DEVICES_MAX live ones exist. */
  listDevices(accountId: AccountId): Promise<readonly StoredDevice[]>;
  /** Writes a device that does not exist; answers the one that exists otherwise. */
  createDevice(accountId: AccountId, device: StoredDevice): Promise<StoredDevice>;
  /** Makes a device that of another sign-in. Undefined when it is not there, was revoked, or is not that of `from`: each sign-in has one successor. */
  bindDevice(
    key: DeviceKey,
    signIn: { readonly from: string | undefined; readonly to: string },
  ): Promise<StoredDevice | undefined>;
  /** Ends a sign-in for good, as often as it is asked. A row stays of each: there is at most one for each sign-in of a device. */
  endSignIn(accountId: AccountId, signIn: string, at: EpochMs): Promise<void>;
  /** Cost: one read of a row that is hardly ever there. */
  hasSignInEnded(accountId: AccountId, signIn: string): Promise<boolean>;
  /** Undefined when there is no such device. */
  renameDevice(key: DeviceKey, name: string): Promise<StoredDevice | undefined>;
  /**
   * Ends a device, and with `wipe` asks it to remove what it has synced, unless it has been asked before. Idempotent: the first
   * revocation's time stays. Undefined when there is no such device.
   */
  revokeDevice(key: DeviceKey, revocation: Revocation): Promise<StoredDevice | undefined>;
  /** Keeps what a device says of its wipe. Undefined when there is no such device, or it was not asked to. */
  reportWipe(key: DeviceKey, wipe: DeviceWipe): Promise<StoredDevice | undefined>;
  /** Keeps that a device was there, and how far it has come. Nothing happens to a device that is not there. Cost: one write. */
  seeDevice(key: DeviceKey, seen: SeenDevice): Promise<void>;
  /** Members of a namespace in the order of their ids, for pushes; all of them without a range. Cost: one Query. */
  listMembers(namespaceId: NamespaceId, range?: MemberRange): Promise<readonly AccountId[]>;
}

/** Account ids between two, both included. */
export interface MemberRange {
  readonly first: AccountId;
  readonly last: AccountId;
}

/** A device, with how far it has come in each journal that it follows. */
export interface StoredDevice extends Omit<Device, 'lag'> {
  /** That registered it last. Absent where the issuer does not tell sign-ins apart. */
  readonly signIn?: string;
  readonly positions?: readonly JournalPosition[];
}

export interface JournalPosition {
  readonly namespaceId: NamespaceId;
  readonly epoch: number;
  readonly seq: number;
}

export interface Revocation {
  readonly at: EpochMs;
  readonly wipe: boolean;
}

export interface SeenDevice {
  readonly at: EpochMs;
  readonly positions: readonly JournalPosition[];
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
