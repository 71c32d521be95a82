import { isOwnObject, type NewChunk } from './chunk-index.ts';
import type { ObjectStore } from './object-store.ts';

/** A record that says where a chunk should be. */
export interface DoubtedChunk extends NewChunk {
  readonly removedVersionId?: string;
}

/** The store knows only what is there. */
export interface FindBytesDependencies {
  readonly objects: Pick<ObjectStore, 'head'>;
}

/**
 * The version of the object in which a condemned chunk lies, as the store has it; undefined when the bytes are gone, or go. Records alone do not tell: a table that
 * was set back to an earlier time has condemned ones of chunks that were removed since, or were stored as another version. Cost: 1 HEAD.
 */
export async function findBytes(
  { objects }: FindBytesDependencies,
  chunk: DoubtedChunk,
): Promise<{ readonly versionId?: string } | undefined> {
  const head = await objects.head(chunk.objectKey);
  if (head === undefined) return undefined;
  const recorded = chunk.versionId === undefined ? {} : { versionId: chunk.versionId };
  // What a pack holds is said by its name, and was verified before anything was recorded to lie in it.
  if (!isOwnObject(chunk) || head.versionId === chunk.versionId) return recorded;
  if (head.sha256 !== chunk.hash || head.size !== chunk.size || head.versionId === chunk.removedVersionId)
    return undefined;
  return head.versionId === undefined ? {} : { versionId: head.versionId };
}
