import type { ChunkHash, ContentHash } from '@syncline/protocol';
import type { ByteRange } from './ports.ts';

/** Contents that files on this disk have, as far as is known: nearer than the network. */
export interface LocalContents {
  /**
   * A part of a content, out of some file that had it when it was seen last; undefined when no file has, or it has changed since.
   * What comes may be wrong all the same: whoever uses it checks its hash.
   */
  read(contentHash: ContentHash, range: ByteRange): Promise<Uint8Array | undefined>;
}

/** What has come of a content ahead of its commit, in a staging of its own. */
export interface AheadContent {
  readonly key: string;
  /** Whether a chunk's bytes were verified there when they were written, by this process. */
  isVerified(chunk: { readonly offset: number; readonly hash: ChunkHash }): boolean;
  /** Whether an earlier process may have written there what is not verified. */
  readonly isResumed: boolean;
}
