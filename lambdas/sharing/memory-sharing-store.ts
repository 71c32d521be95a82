import type { AccountId, EpochMs, MembershipChange, NamespaceId, Role } from '@syncline/protocol';
import type { MemoryNamespaceStore } from '../namespaces/memory-namespace-store.ts';
import { roundUpToSecond } from '../runtime/expiry.ts';
import { hasPointerRoom } from './has-pointer-room.ts';
import { leaving, type MembershipAuthor, membershipEntry, toldOf } from './membership-entry.ts';
import type { MemoryMemberships } from './memory-memberships.ts';
import type { StoredMember, StoredMount } from './sharing-change.ts';
import type {
  ChangeMemberOutcome,
  InvitationKey,
  MemberKey,
  SharingStore,
  StoredFolder,
  StoredInvitation,
} from './sharing-store.ts';

/** Members and invitations in the memory of one process, beside the namespaces of the store that is handed in. */
export class MemorySharingStore implements SharingStore {
  readonly #namespaces: MemoryNamespaceStore;
  readonly #memberships: MemoryMemberships;
  /** By address. */
  readonly #pointers = new Map<string, readonly InvitationKey[]>();

  constructor(dependencies: { readonly namespaces: MemoryNamespaceStore }) {
    this.#namespaces = dependencies.namespaces;
    this.#memberships = dependencies.namespaces.memberships;
  }

  async getFolder(namespaceId: NamespaceId): Promise<StoredFolder | undefined> {
    const head = this.#namespaces.head(namespaceId);
    if (head?.groundId === undefined || head.name === undefined || head.memberCount === undefined) return undefined;
    const { name, ownerAccountId, memberCount, seq, epoch } = head;
    return { namespaceId, name, ownerAccountId, memberCount, seq, epoch };
  }

  async isTaken(namespaceId: NamespaceId): Promise<boolean> {
    return this.#namespaces.head(namespaceId) !== undefined;
  }

  async getMember({ namespaceId, accountId }: MemberKey): Promise<StoredMember | undefined> {
    return this.#memberships.members(namespaceId).get(accountId);
  }

  async listMembers(page: {
    readonly namespaceId: NamespaceId;
    readonly after?: AccountId;
    readonly limit: number;
  }): Promise<{ readonly members: readonly StoredMember[]; readonly next?: AccountId }> {
    const all = [...this.#memberships.members(page.namespaceId).values()]
      .filter(({ accountId }) => page.after === undefined || accountId > page.after)
      .toSorted((left, right) => (left.accountId < right.accountId ? -1 : 1));
    const members = all.slice(0, page.limit);
    const last = members.at(-1);
    return all.length <= page.limit || last === undefined ? { members } : { members, next: last.accountId };
  }

  async changeRole(
    key: MemberKey,
    { role, at }: { readonly role: Exclude<Role, 'owner'>; readonly at: string },
    author: MembershipAuthor,
  ): Promise<ChangeMemberOutcome> {
    const member = await this.getMember(key);
    if (member === undefined) return { kind: 'absent' };
    if (member.role === 'owner') return { kind: 'owner' };
    if (member.role === role) return { kind: 'changed', member };
    if (role === 'editor') this.#memberships.bars(key.namespaceId).delete(key.accountId);
    else this.#endRight(key, at);
    this.#tell(member, author, { event: 'role', role, previousRole: member.role });
    return this.#set({ ...member, role });
  }

  async removeMember(
    key: MemberKey & { readonly barredAt?: string },
    author: MembershipAuthor,
  ): Promise<ChangeMemberOutcome> {
    const members = this.#memberships.members(key.namespaceId);
    const member = members.get(key.accountId);
    if (member === undefined) return { kind: 'absent' };
    if (member.role === 'owner') return { kind: 'owner' };
    members.delete(key.accountId);
    const memberCount = (this.#namespaces.head(key.namespaceId)?.memberCount ?? 1) - 1;
    this.#namespaces.changeHead(key.namespaceId, { memberCount });
    this.#endRight(key, key.barredAt);
    this.#tell(member, author, { event: leaving(key, author), role: member.role });
    return { kind: 'changed', member };
  }

  async transfer(
    change: { readonly namespaceId: NamespaceId; readonly from: AccountId; readonly to: AccountId },
    author: MembershipAuthor,
  ): Promise<ChangeMemberOutcome> {
    const { namespaceId, from, to } = change;
    const members = this.#memberships.members(namespaceId);
    const owner = members.get(from);
    const heir = members.get(to);
    if (owner?.role !== 'owner' || heir === undefined) return { kind: 'absent' };
    this.#namespaces.changeHead(namespaceId, { ownerAccountId: to });
    this.#memberships.bars(namespaceId).delete(to);
    this.#set({ ...owner, role: 'editor' });
    this.#tell(heir, author, { event: 'owner', role: 'owner', previousRole: heir.role });
    return this.#set({ ...heir, role: 'owner' });
  }

  async getBar({ namespaceId, accountId }: MemberKey): Promise<string | undefined> {
    return this.#memberships.bars(namespaceId).get(accountId);
  }

  async getMount({ namespaceId, accountId }: MemberKey): Promise<StoredMount | undefined> {
    return this.#memberships.mounts(accountId).get(namespaceId);
  }

  async putInvitation(invitation: StoredInvitation, now: EpochMs): Promise<void> {
    const kept = { ...invitation, expiresAt: roundUpToSecond(invitation.expiresAt) };
    this.#memberships.invitations(invitation.namespaceId).set(invitation.invitationId, kept);
    const { email, invitedBy } = invitation;
    if (email === undefined) return;
    const found = (await this.listInvitationsTo(email)).filter(({ expiresAt }) => expiresAt > now);
    const pointers = hasPointerRoom(found, invitedBy) ? [...found, kept] : found;
    this.#pointers.set(email, pointers);
  }

  async getInvitation({ namespaceId, invitationId }: InvitationKey): Promise<StoredInvitation | undefined> {
    return this.#memberships.invitations(namespaceId).get(invitationId);
  }

  async listInvitations(namespaceId: NamespaceId): Promise<readonly StoredInvitation[]> {
    return [...this.#memberships.invitations(namespaceId).values()].toSorted(byId);
  }

  async listInvitationsTo(email: string): Promise<readonly StoredInvitation[]> {
    const pointers = this.#pointers.get(email) ?? [];
    const found = await Promise.all(pointers.map((pointer) => this.getInvitation(pointer)));
    return found.filter((invitation) => invitation !== undefined).toSorted(byId);
  }

  async deleteInvitation(key: InvitationKey): Promise<StoredInvitation | undefined> {
    const found = await this.getInvitation(key);
    this.#memberships.invitations(key.namespaceId).delete(key.invitationId);
    return found;
  }

  #endRight({ namespaceId, accountId }: MemberKey, barredAt: string | undefined): void {
    if (barredAt !== undefined) this.#memberships.bars(namespaceId).set(accountId, barredAt);
    const { accessRev = 0 } = this.#namespaces.head(namespaceId) ?? {};
    this.#namespaces.changeHead(namespaceId, { accessRev: accessRev + 1 });
  }

  #tell(member: StoredMember, author: MembershipAuthor, change: Omit<MembershipChange, 'accountId' | 'email'>): void {
    const { namespaceId } = member;
    const seq = (this.#namespaces.head(namespaceId)?.seq ?? 0) + 1;
    this.#namespaces.appendEntry(membershipEntry(author, { namespaceId, seq }, toldOf(member, change)));
  }

  #set(member: StoredMember): ChangeMemberOutcome {
    this.#memberships.members(member.namespaceId).set(member.accountId, member);
    return { kind: 'changed', member };
  }
}

function byId(left: StoredInvitation, right: StoredInvitation): number {
  return left.invitationId < right.invitationId ? -1 : 1;
}
