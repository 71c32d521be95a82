import * as z from 'zod/mini';
import { StoredForm } from './chunk-encoding.ts';
import { ChunkHash, NamespaceId } from './ids.ts';
import { PACK_BYTES_MAX, PACK_DESTINATIONS_MAX, PACK_MEMBER_BYTES_MAX, PACK_MEMBERS_MAX } from './limits.ts';
import { FileBytes } from './nodes.ts';
import { SignedPut } from './uploads.ts';

/** A chunk in a pack, with its length in bytes. Without `stored` it lies there as it is; `hash` and `size` are those of its bytes in either case. */
export const PackMember = z.strictObject({
  hash: ChunkHash,
  size: z.int().check(z.minimum(1), z.maximum(PACK_MEMBER_BYTES_MAX)),
  stored: z.optional(StoredForm),
});
export type PackMember = z.infer<typeof PackMember>;

/**
 * Many small chunks in one object. `hash` is the SHA-256 of all its bytes, `size` their number, both as they are stored: the members
 * stand in this order without anything before, between or after them, each hash once, with at most PACK_OPENED_BYTES_MAX bytes together.
 */
export const Pack = z.strictObject({
  hash: ChunkHash,
  size: z.int().check(z.minimum(1), z.maximum(PACK_BYTES_MAX)),
  members: z.array(PackMember).check(z.minLength(1), z.maxLength(PACK_MEMBERS_MAX)),
});
export type Pack = z.infer<typeof Pack>;

/** A namespace that files are meant for whose chunks lie in a pack, and the bytes that they have together. */
export const PackDestination = z.strictObject({ namespaceId: NamespaceId, bytes: FileBytes });
export type PackDestination = z.infer<typeof PackDestination>;

/** With `destinations` a pack is refused as uploads into these namespaces are: for files without upload sessions, whose opening asks the same. */
export const OpenPackRequest = z.extend(Pack, {
  destinations: z.optional(z.array(PackDestination).check(z.maxLength(PACK_DESTINATIONS_MAX))),
});
export type OpenPackRequest = z.infer<typeof OpenPackRequest>;

/**
 * `put`: PUT the pack, then confirm it. `repack`: the members of `known` are stored already; make a pack without them, and ask
 * for them by a chunk check of the upload that needs them.
 */
export const OpenPackResponse = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('put'), put: SignedPut }),
  z.strictObject({ status: z.literal('repack'), known: z.array(ChunkHash).check(z.minLength(1)) }),
]);
export type OpenPackResponse = z.infer<typeof OpenPackResponse>;

/** Every member is stored, pinned, and held by the account. */
export const ConfirmPackResponse = z.strictObject({ status: z.literal('stored') });
export type ConfirmPackResponse = z.infer<typeof ConfirmPackResponse>;
