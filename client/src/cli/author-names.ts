import type { AccountId, Activity, DeviceId, NamespaceId } from '@syncline/protocol';
import { readDeviceNames } from './device-names.ts';
import type { Session } from './open-session.ts';
import { listMembersOf, memberName } from './shared-folder.ts';

export interface AuthorNames {
  /** Of an account of this namespace. */
  readonly nameOf: (accountId: AccountId) => string;
  /** Who did something: the own devices are told apart by their names, others are people. */
  readonly authorOf: (did: { readonly accountId: AccountId; readonly deviceId: DeviceId }) => string;
}

/**
 * What people call whoever did something in a namespace: members by their addresses, and those who are none any more by what activities tell of
 * them. Who has no known address is called by the account's id.
 */
export async function readAuthorNames(
  session: Session,
  about: { readonly namespaceId: NamespaceId; readonly activities?: readonly Activity[] },
  signal: AbortSignal,
): Promise<AuthorNames> {
  const { account } = session;
  const { namespaceId, activities = [] } = about;
  const isShared = namespaceId !== account.homeNamespaceId;
  const [deviceOf, members] = await Promise.all([
    readDeviceNames(session, signal),
    isShared ? listMembersOf(session, { namespaceId, subject: 'The shared folder' }, signal) : [],
  ]);
  // The newest word stands, and what a member is called now stands over what was told.
  const told = activities.flatMap(({ member }) => (member === undefined ? [] : [member])).toReversed();
  const names = new Map([...told, ...members].map((person) => [person.accountId, memberName(person)]));
  const nameOf = (accountId: AccountId): string => names.get(accountId) ?? memberName({ accountId });
  return {
    nameOf,
    authorOf: ({ accountId, deviceId }) => (accountId === account.accountId ? deviceOf(deviceId) : nameOf(accountId)),
  };
}
