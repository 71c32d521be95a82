import { type AccountId, formatInstant, type NamespaceId, type RouteResponse } from '@syncline/protocol';
import { deleted } from '../journal/node-change.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { Meter } from '../runtime/meter.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { SOCKET_POSTS_IN_FLIGHT_MAX } from '../sockets/limits.ts';
import type { SocketPusher } from '../sockets/socket-pusher.ts';
import type { SocketStore } from '../sockets/socket-store.ts';
import { type ChangeHomeDependencies, changeHome } from './change-home.ts';
import { membershipAuthor } from './membership-entry.ts';
import { noSuchFolder, openFolder } from './open-folder.ts';
import type { MemberKey, SharingStore } from './sharing-store.ts';

export interface RemoveMemberDependencies extends ChangeHomeDependencies {
  readonly sharing: Pick<SharingStore, 'getMember' | 'getMount' | 'removeMember'>;
  readonly sockets: Pick<SocketStore, 'listConnections'>;
  readonly pusher: Pick<SocketPusher, 'post'>;
  readonly meter: Meter;
}

/**
 * Takes a member out of a shared folder: the owner anybody else, and everybody but the owner themselves.
 *
 * Whom the owner removes is barred: comes back by none of the invitations that are open, but by a new one that is for one person.
 *
 * First the membership goes, and with it every right: no request that is begun later is served, and no address is signed any more. Then
 * the member's devices are told, and the mount goes from its tree. Idempotent: a repeat goes on where an earlier one was broken off.
 * Cost: 3 reads and a transaction for the membership, a Query and a post a connection, 4 reads and a transaction for the mount.
 */
export async function removeMember(
  dependencies: RemoveMemberDependencies,
  key: MemberKey,
  caller: DeviceCaller,
): Promise<Outcome<RouteResponse<'removeMember'>>> {
  const { namespaceId, accountId } = key;
  const isLeaving = accountId === caller.accountId;
  const access = await openFolder(dependencies, caller, { namespaceId, as: isLeaving ? 'member' : 'owner' });
  // Whoever was removed, and was left with the mount, can still take that away.
  const isLeftOver = isLeaving && (await dependencies.sharing.getMount(key)) !== undefined;
  if (access.kind === 'refused' && !isLeftOver) return access;
  const author = membershipAuthor(dependencies, caller);
  const barredAt = formatInstant(author.now);
  const outcome = await dependencies.sharing.removeMember(isLeaving ? key : { ...key, barredAt }, author);
  if (outcome.kind === 'owner') {
    return refused('forbidden', 'the owner cannot leave a shared folder: hand it over first, or stop sharing it');
  }
  if (outcome.kind === 'absent' && (await dependencies.sharing.getMount(key)) === undefined) return noSuchFolder();
  return endMembership(dependencies, key, caller);
}

/** What is left to do for somebody who is no member any more; nothing for who is one again. Idempotent. */
export async function endMembership(
  dependencies: RemoveMemberDependencies,
  key: MemberKey,
  caller: DeviceCaller,
): Promise<Outcome<RouteResponse<'removeMember'>>> {
  await tellRevoked(dependencies, key);
  const { accountId } = key;
  const unmounted = await changeHome(dependencies, { accountId, caller }, async (view, author) => {
    // Whoever has come back meanwhile has the mount of the new membership.
    if ((await dependencies.sharing.getMember(key)) !== undefined) return { kind: 'settled', node: undefined };
    const mount = await dependencies.sharing.getMount(key);
    if (mount === undefined) return { kind: 'settled', node: undefined };
    const node = await view.node(mount.nodeId);
    if (node === undefined || node.deletedAt !== undefined) return { kind: 'settled', node };
    return { kind: 'change', change: deleted(author, node, ''), sharing: { kind: 'unmount', mount } };
  });
  return unmounted.kind === 'refused' ? unmounted : done({ removed: accountId });
}

/** A hint that makes devices look at once; whoever does not hear it is refused with its next request. */
async function tellRevoked(
  { sockets, pusher, clock, meter }: RemoveMemberDependencies,
  { namespaceId, accountId }: { readonly namespaceId: NamespaceId; readonly accountId: AccountId },
): Promise<void> {
  try {
    const connections = await sockets.listConnections(accountId, clock.now());
    await mapBounded(SOCKET_POSTS_IN_FLIGHT_MAX, connections, async ({ connectionId }) => {
      const answer = await pusher.post(connectionId, { type: 'revoked', namespaceId });
      meter.count(answer === 'sent' ? 'pushesSent' : 'pushesGone');
    });
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    meter.count('pushesFailed');
  }
}
