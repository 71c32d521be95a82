import * as z from 'zod/mini';
import { NamespaceId } from './ids.ts';
import { FILE_BYTES_MAX, OUTLINE_BLOCK_BYTES, OUTLINE_BYTES_MAX, OUTLINE_SPANS_MAX } from './limits.ts';
import { RevisionNumber } from './nodes.ts';

/** Bytes of a file from `start` on, up to `end`, which is not one of them. At least one. */
export const ByteSpan = z.strictObject({
  start: z.int().check(z.minimum(0), z.maximum(FILE_BYTES_MAX)),
  end: z.int().check(z.minimum(1), z.maximum(FILE_BYTES_MAX)),
});
export type ByteSpan = z.infer<typeof ByteSpan>;

/** The twelve bytes of a block are sixteen characters of base64. */
const OUTLINE_CHARS_MAX = (OUTLINE_BYTES_MAX / OUTLINE_BLOCK_BYTES) * 16;

/** Parts of one revision of a file, with at most OUTLINE_BYTES_MAX bytes together. */
export const OutlineRequest = z.strictObject({
  namespaceId: z.optional(NamespaceId),
  rev: RevisionNumber,
  spans: z.array(ByteSpan).check(z.minLength(1), z.maxLength(OUTLINE_SPANS_MAX)),
});
export type OutlineRequest = z.infer<typeof OutlineRequest>;

/** One outline per span, in the order of the request: its packed blocks (`unpackOutline`), in base64. */
export const OutlineResponse = z.strictObject({
  outlines: z.array(z.string().check(z.maxLength(OUTLINE_CHARS_MAX))).check(z.maxLength(OUTLINE_SPANS_MAX)),
});
export type OutlineResponse = z.infer<typeof OutlineResponse>;
