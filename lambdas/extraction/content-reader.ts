import type { NamespaceId } from '@syncline/protocol';
import type { ContentFormat } from './content-format.ts';
import type { ReadOutcome } from './read-outcome.ts';

/** A content as far as it is to be read. */
export interface ReadableContent {
  /** Whose it is: nothing of another one's is where it is read. */
  readonly namespaceId: NamespaceId;
  readonly format: ContentFormat;
  readonly bytes: Uint8Array;
}

/** Reads contents that nobody trusts. */
export interface ContentReader {
  /** Answers in bounded time, whatever the bytes are. Never throws on their account. */
  read(content: ReadableContent): Promise<ReadOutcome>;
}
