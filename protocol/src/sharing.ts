import * as z from 'zod/mini';
import { Role } from './accounts.ts';
import { AccountId, InvitationId, NamespaceId, NodeId } from './ids.ts';
import { EMAIL_CHARS_MAX, MEMBERS_MAX } from './limits.ts';
import { Instant, Node, PageToken, queryInteger } from './nodes.ts';

/** Longest token of an invitation, in characters. */
const INVITATION_TOKEN_CHARS_MAX = 80;

/** The folder of the caller's home namespace that is to become a namespace of its own. */
export const ShareFolderRequest = z.strictObject({ namespaceId: NamespaceId, folderId: NodeId });

/**
 * A shared folder, as a member of it sees it. `mountId` is the node of the member's home namespace that stands for it;
 * where that is, GET /v1/nodes/{nodeId} tells. `name` is what the folder was called when it was shared.
 */
export const SharedFolder = z.strictObject({
  namespaceId: NamespaceId,
  name: z.string(),
  role: Role,
  ownerAccountId: AccountId,
  memberCount: z.int(),
  mountId: z.optional(NodeId),
});
export type SharedFolder = z.infer<typeof SharedFolder>;

/** `mount` is the node of the home namespace that stands for the shared folder. */
export const SharedFolderResponse = z.strictObject({ folder: SharedFolder, mount: Node });
export type SharedFolderResponse = z.infer<typeof SharedFolderResponse>;
/** `unmounted` are folders that the caller has a place for, and may not read any more: leaving them takes the place away. */
export const SharedFoldersResponse = z.strictObject({
  folders: z.array(SharedFolder),
  unmounted: z.array(NamespaceId),
});
export type SharedFoldersResponse = z.infer<typeof SharedFoldersResponse>;

export const NamespaceParameters = z.strictObject({ namespaceId: NamespaceId });

/** `email` is the address by which the member was invited, or is known. */
export const NamespaceMember = z.strictObject({
  accountId: AccountId,
  role: Role,
  since: Instant,
  email: z.optional(z.string()),
  invitedBy: z.optional(AccountId),
});
export type NamespaceMember = z.infer<typeof NamespaceMember>;

export const MembersQuery = z.strictObject({
  page: z.optional(PageToken),
  limit: z.optional(queryInteger(1, MEMBERS_MAX)),
});
/** Members in the order of their account ids. */
export const MembersResponse = z.strictObject({ members: z.array(NamespaceMember), nextPage: z.optional(PageToken) });
export type MembersResponse = z.infer<typeof MembersResponse>;

export const MemberParameters = z.strictObject({ namespaceId: NamespaceId, accountId: AccountId });
/** `owner` hands the folder over: the owner becomes an editor. */
export const ChangeRoleRequest = z.strictObject({ role: Role });
export const MemberResponse = z.strictObject({ member: NamespaceMember });

/** The member is gone, and so is its place in the tree. */
export const RemoveMemberResponse = z.strictObject({ removed: AccountId });
/** `left` is how many others are still members: repeat the request until it is 0. */
export const UnshareResponse = z.strictObject({ removed: z.int(), left: z.int() });

export const EmailAddress = z
  .string()
  .check(z.trim(), z.maxLength(EMAIL_CHARS_MAX), z.regex(/^[^\s@\p{Cc}\p{Cs}]+@[^\s@\p{Cc}\p{Cs}]+$/u));
/** An owner hands over by a change of role, never by an invitation. */
export const InvitedRole = z.enum(['editor', 'viewer']);
export type InvitedRole = z.infer<typeof InvitedRole>;

/** With `email` for one person; without it for everybody who is given the token, until it expires. */
export const InviteRequest = z.strictObject({ email: z.optional(EmailAddress), role: InvitedRole });
export const Invitation = z.strictObject({
  invitationId: InvitationId,
  namespaceId: NamespaceId,
  name: z.string(),
  role: InvitedRole,
  email: z.optional(z.string()),
  invitedBy: AccountId,
  createdAt: Instant,
  expiresAt: Instant,
});
export type Invitation = z.infer<typeof Invitation>;

/** The token is told once: the service keeps only its hash. */
export const InviteResponse = z.strictObject({ invitation: Invitation, token: z.string() });
export const InvitationsResponse = z.strictObject({ invitations: z.array(Invitation) });
export const InvitationParameters = z.strictObject({ namespaceId: NamespaceId, invitationId: InvitationId });
export const InvitationResponse = z.strictObject({ invitation: Invitation });

/** By its token, or by the id of one that is for the caller's own address. */
export const AnswerInvitationRequest = z.union([
  z.strictObject({ token: z.string().check(z.minLength(1), z.maxLength(INVITATION_TOKEN_CHARS_MAX)) }),
  z.strictObject({ namespaceId: NamespaceId, invitationId: InvitationId }),
]);
export type AnswerInvitationRequest = z.infer<typeof AnswerInvitationRequest>;
