import * as z from 'zod/mini';
import { LinkId, NamespaceId, NodeId } from './ids.ts';
import {
  LINK_DOWNLOADS_MAX,
  LINK_LIFE_MS_MAX,
  LINK_LIFE_MS_MIN,
  LINK_PASSWORD_CHARS_MAX,
  LINKS_MAX,
} from './limits.ts';
import { Instant, RevisionNumber } from './nodes.ts';
import { SECOND_MS } from './units.ts';

/** `view` shows a file, or a folder with all below it. `upload` takes files into a folder and shows nothing. */
export const LinkRole = z.enum(['view', 'upload']);
export type LinkRole = z.infer<typeof LinkRole>;

/** Why a link opens nothing: `gone` means that what it is for is in the trash, and may come back. */
export const LinkEnd = z.enum(['expired', 'revoked', 'exhausted', 'gone']);
export type LinkEnd = z.infer<typeof LinkEnd>;

/** 256 random bits in base64url. Whoever has it has the link; the service keeps its hash alone. */
export const LinkToken = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/, 'a link token is 43 characters of base64url'));

/** It travels in a header, so it is printable ASCII without spaces at its ends. */
export const LinkPassword = z
  .string()
  .check(
    z.maxLength(LINK_PASSWORD_CHARS_MAX),
    z.regex(/^[!-~](?:[ -~]*[!-~])?$/, 'must be printable ASCII without spaces at its ends'),
  );

/** A link as its maker sees it. `path` is where it leads to now; it and `end` follow the tree. */
export const Link = z.strictObject({
  linkId: LinkId,
  role: LinkRole,
  namespaceId: NamespaceId,
  nodeId: NodeId,
  /** The one content that it shows; the present one when absent. */
  rev: z.optional(RevisionNumber),
  path: z.optional(z.string()),
  /** Absent while the link opens. */
  end: z.optional(LinkEnd),
  hasPassword: z.boolean(),
  createdAt: Instant,
  expiresAt: Instant,
  /** Downloads so far, or files that came in. */
  uses: z.int(),
  maxUses: z.optional(z.int()),
});
export type Link = z.infer<typeof Link>;

/** `lifeSeconds`: LINK_LIFE_MS_DEFAULT when absent. `maxUses`: downloads, or files that may come in. */
export const CreateLinkRequest = z.strictObject({
  role: LinkRole,
  namespaceId: NamespaceId,
  nodeId: NodeId,
  rev: z.optional(RevisionNumber),
  password: z.optional(LinkPassword),
  lifeSeconds: z.optional(
    z.int().check(z.minimum(LINK_LIFE_MS_MIN / SECOND_MS), z.maximum(LINK_LIFE_MS_MAX / SECOND_MS)),
  ),
  maxUses: z.optional(z.int().check(z.minimum(1), z.maximum(LINK_DOWNLOADS_MAX))),
});
export type CreateLinkRequest = z.infer<typeof CreateLinkRequest>;

/** The only answer that ever has the token. */
export const CreateLinkResponse = z.strictObject({ link: Link, token: LinkToken });
export const LinkResponse = z.strictObject({ link: Link });
/** Oldest first, ended ones included for LINK_KEPT_MS. */
export const LinksResponse = z.strictObject({ links: z.array(Link).check(z.maxLength(LINKS_MAX)) });
export const LinkParameters = z.strictObject({ linkId: LinkId });
