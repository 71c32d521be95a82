import type { AccountId, EpochMs, InvitationId, InvitedRole, NamespaceId, Role } from '@syncline/protocol';
import type { MembershipAuthor } from './membership-entry.ts';
import type { StoredMember, StoredMount } from './sharing-change.ts';

/**
 * Members of shared folders, and invitations to them. Strongly consistent. Who becomes a member does so by a NamespaceTransaction. Whatever
 * happens to a member is the next entry of the folder's journal, in the same transaction; what is so already makes none.
 */
export interface SharingStore {
  /** A shared folder, whoever asks; undefined for home namespaces and what does not exist. Cost: one read. */
  getFolder(namespaceId: NamespaceId): Promise<StoredFolder | undefined>;
  /** Whether a namespace has this id, be it a shared folder or a home. Cost: one read. */
  isTaken(namespaceId: NamespaceId): Promise<boolean>;
  getMember(key: MemberKey): Promise<StoredMember | undefined>;
  /** Members in the order of their account ids, after `after`. Cost: one Query. */
  listMembers(page: {
    readonly namespaceId: NamespaceId;
    readonly after?: AccountId;
    readonly limit: number;
  }): Promise<{ readonly members: readonly StoredMember[]; readonly next?: AccountId }>;
  /**
   * Makes a member who is not the owner an editor or a viewer. Who was an editor commits nothing any more after the answer, and is barred
   * from `at` on; who becomes one is barred no longer. Idempotent.
   */
  changeRole(
    key: MemberKey,
    change: { readonly role: Exclude<Role, 'owner'>; readonly at: string },
    author: MembershipAuthor,
  ): Promise<ChangeMemberOutcome>;
  /**
   * Takes away a membership that is not the owner's, counts it, and with `barredAt` bars the account. Nothing that the member may do
   * outlives the answer.
   */
  removeMember(key: MemberKey & { readonly barredAt?: string }, author: MembershipAuthor): Promise<ChangeMemberOutcome>;
  /** Since when an account is barred (`isBarred`), member or not; undefined when it is not. Cost: one read. */
  getBar(key: MemberKey): Promise<string | undefined>;
  /** Makes another member the owner, who is barred no longer, and the owner an editor, all or nothing. `changed`: `from` was the owner and `to` a member. */
  transfer(
    change: { readonly namespaceId: NamespaceId; readonly from: AccountId; readonly to: AccountId },
    author: MembershipAuthor,
  ): Promise<ChangeMemberOutcome>;
  getMount(key: MemberKey): Promise<StoredMount | undefined>;

  /**
   * Keeps an invitation. One that is for an address is found by that as long as not too many others are (`hasPointerRoom`); what is
   * found no more at `now` makes room. Its token works either way. Precondition: its id is new.
   * Cost: a transaction of 1 or 2 items, and a Query for an address; where that is full, a BatchGetItem per 100 of what it has.
   */
  putInvitation(invitation: StoredInvitation, now: EpochMs): Promise<void>;
  /** Expired ones are told as long as they are there; that they have expired is the caller's check. */
  getInvitation(key: InvitationKey): Promise<StoredInvitation | undefined>;
  /** All that are there, by their ids. Cost: one Query. */
  listInvitations(namespaceId: NamespaceId): Promise<readonly StoredInvitation[]>;
  /** Those that are found by one address, by their ids, at most POINTERS_MAX. Cost: one Query, and one BatchGetItem per 100. */
  listInvitationsTo(email: string): Promise<readonly StoredInvitation[]>;
  /** Idempotent. Answers what was there. */
  deleteInvitation(key: InvitationKey): Promise<StoredInvitation | undefined>;
}

/** `owner`: it is the owner's membership. `absent`: there is no such member. */
export type ChangeMemberOutcome =
  | { readonly kind: 'changed'; readonly member: StoredMember }
  | { readonly kind: 'owner' }
  | { readonly kind: 'absent' };

export interface MemberKey {
  readonly namespaceId: NamespaceId;
  readonly accountId: AccountId;
}

export interface InvitationKey {
  readonly namespaceId: NamespaceId;
  readonly invitationId: InvitationId;
}

export interface StoredFolder {
  readonly namespaceId: NamespaceId;
  readonly name: string;
  readonly ownerAccountId: AccountId;
  readonly memberCount: number;
  /** How far its journal goes. */
  readonly seq: number;
  readonly epoch: number;
}

export interface StoredInvitation extends InvitationKey {
  /** Lowercase hexadecimal SHA-256 of the token; the token itself is never stored. */
  readonly tokenHash: string;
  readonly name: string;
  readonly role: InvitedRole;
  /** In lower case. */
  readonly email?: string;
  readonly invitedBy: AccountId;
  readonly createdAt: string;
  readonly expiresAt: EpochMs;
}
