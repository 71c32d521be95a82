import { type AccountId, type InvitationId, MEMBERS_MAX, type NamespaceId } from '@syncline/protocol';
import type { NamespaceHead } from '../namespaces/namespace-store.ts';
import { isBarred, type SharingChange, type StoredMember, type StoredMount } from './sharing-change.ts';
import type { StoredInvitation } from './sharing-store.ts';

/** Who is a member of what and has it where, and who is invited to it, in the memory of one process. */
export class MemoryMemberships {
  readonly #bars = new Map<NamespaceId, Map<AccountId, string>>();
  readonly #members = new Map<NamespaceId, Map<AccountId, StoredMember>>();
  readonly #mounts = new Map<AccountId, Map<NamespaceId, StoredMount>>();
  readonly #invitations = new Map<NamespaceId, Map<InvitationId, StoredInvitation>>();

  /** Since when accounts are barred. */
  bars(namespaceId: NamespaceId): Map<AccountId, string> {
    return entryOf(this.#bars, namespaceId);
  }

  members(namespaceId: NamespaceId): Map<AccountId, StoredMember> {
    return entryOf(this.#members, namespaceId);
  }

  mounts(accountId: AccountId): Map<NamespaceId, StoredMount> {
    return entryOf(this.#mounts, accountId);
  }

  invitations(namespaceId: NamespaceId): Map<InvitationId, StoredInvitation> {
    return entryOf(this.#invitations, namespaceId);
  }

  /** Whether a change meets what it was decided on; `head` is that of its namespace, if there is one. */
  allows(change: SharingChange, head: NamespaceHead | undefined): boolean {
    const memberCount = head?.memberCount ?? 0;
    const { accountId, namespaceId } = change.mount;
    const mount = this.mounts(accountId).get(namespaceId);
    switch (change.kind) {
      case 'found':
        return mount === undefined && memberCount === 0;
      case 'join':
        return (
          mount === undefined &&
          !this.members(namespaceId).has(accountId) &&
          memberCount < MEMBERS_MAX &&
          head?.seq === change.told.entry.seq - 1 &&
          head.epoch === change.told.epoch &&
          !isBarred(this.bars(namespaceId).get(accountId), change.invitation) &&
          this.invitations(namespaceId).has(change.invitation.invitationId)
        );
      case 'remount':
        return mount?.nodeId === change.lost && this.members(namespaceId).get(accountId)?.role === change.member.role;
      case 'unmount':
        return mount?.nodeId === change.mount.nodeId;
    }
  }

  /** Precondition: it is allowed. */
  apply(change: SharingChange): void {
    const { accountId, namespaceId } = change.mount;
    if (change.kind === 'unmount') {
      this.mounts(accountId).delete(namespaceId);
      return;
    }
    this.mounts(accountId).set(namespaceId, change.mount);
    if (change.kind === 'remount') return;
    this.members(namespaceId).set(accountId, change.member);
    this.bars(namespaceId).delete(accountId);
    if (change.kind === 'join' && change.invitation.isUsedUp) {
      this.invitations(namespaceId).delete(change.invitation.invitationId);
    }
  }
}

function entryOf<Key, Inner, Value>(maps: Map<Key, Map<Inner, Value>>, key: Key): Map<Inner, Value> {
  const found = maps.get(key) ?? new Map<Inner, Value>();
  maps.set(key, found);
  return found;
}
