import type { AccountId, InvitationId, NamespaceId, NodeId, Role } from '@syncline/protocol';
import type { JournalEntry } from '../namespaces/namespace-store.ts';

/** Who may do what in a namespace, since when. `email` is how the member was invited or is known. */
export interface StoredMember {
  readonly namespaceId: NamespaceId;
  readonly accountId: AccountId;
  readonly role: Role;
  readonly since: string;
  readonly email?: string;
  readonly invitedBy?: AccountId;
}

/** Where an account has a shared folder: a node of its home namespace, whose name and parent are in the tree alone. */
export interface StoredMount {
  readonly accountId: AccountId;
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
  readonly joinedAt: string;
}

/**
 * What a transaction on a home namespace does beside its tree; all of it or nothing, with the tree.
 * - `found` turns a folder into a namespace: its head must not exist.
 * - `join` appends `told` to the journal of a namespace, which must be its next entry, and makes somebody a member of a namespace with fewer than MEMBERS_MAX, who is none, by an invitation that is still there, unless
 *   they are barred from it (`isBarred`). It lifts the bar.
 * - `remount` gives a member, whose role is as it was read, a mount in place of one that was lost; `lost` is what its row says, if there is one.
 * - `unmount` takes away a mount whose membership is gone already.
 */
export type SharingChange =
  | {
      readonly kind: 'found';
      readonly folder: FoundedNamespace;
      readonly member: StoredMember;
      readonly mount: StoredMount;
    }
  | {
      readonly kind: 'join';
      readonly member: StoredMember;
      readonly mount: StoredMount;
      readonly invitation: {
        readonly invitationId: InvitationId;
        /** It is for one person. */
        readonly isUsedUp: boolean;
        readonly createdAt: string;
      };
      readonly told: { readonly entry: JournalEntry; readonly epoch: number };
    }
  | {
      readonly kind: 'remount';
      readonly member: Pick<StoredMember, 'accountId' | 'namespaceId' | 'role'>;
      readonly mount: StoredMount;
      readonly lost?: NodeId;
    }
  | { readonly kind: 'unmount'; readonly mount: StoredMount };

/** By how many mounts a home has more after a change. */
export function mountsAdded(change: SharingChange): number {
  if (change.kind === 'unmount') return -1;
  return change.kind === 'remount' && change.lost !== undefined ? 0 : 1;
}

/**
 * Whether somebody whose access the owner has taken away, or reduced, at `barredAt` is let in by an invitation no more: by no open one, and
 * by none for one person that is older. Source: docs/decisions/0119-who-was-removed-stays-out.md
 */
export function isBarred(
  barredAt: string | undefined,
  { isUsedUp, createdAt }: { readonly isUsedUp: boolean; readonly createdAt: string },
): boolean {
  return barredAt !== undefined && !(isUsedUp && createdAt >= barredAt);
}

/** What the head of a new namespace is made of. */
export interface FoundedNamespace {
  readonly namespaceId: NamespaceId;
  readonly groundId: NamespaceId;
  readonly ownerAccountId: AccountId;
  readonly name: string;
  /** How far the journal of the ground went before. */
  readonly groundSeq: number;
  readonly sharedAt?: string;
}
