import * as z from 'zod/mini';
import { TEXT_BYTES_MAX } from './limits.ts';

/**
 * Why a content has no text: `no-text` is of no format that is read, `no-words` has none, as a scanned page, `damaged` is not what its format asks for,
 * `unpacks-to-too-much` has no words in what may be unpacked of it, and `reader-ended` was the end of the process that read it.
 */
export const UnreadReason = z.enum([
  'no-text',
  'no-words',
  'encrypted',
  'damaged',
  'too-large',
  'unpacks-to-too-much',
  'took-too-long',
  'took-too-much-memory',
  'reader-ended',
]);
export type UnreadReason = z.infer<typeof UnreadReason>;

/** What came of reading a content. The text has no control characters but line feeds, and at most TEXT_BYTES_MAX bytes. */
export const ReadOutcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('read'), text: z.string().check(z.minLength(1), z.maxLength(TEXT_BYTES_MAX)) }),
  z.strictObject({ kind: z.literal('unread'), reason: UnreadReason }),
]);
export type ReadOutcome = z.infer<typeof ReadOutcome>;

export function unread(reason: UnreadReason): ReadOutcome {
  return { kind: 'unread', reason };
}
