import type { ContentQueue } from '../extraction/content-task.ts';
import { withTexts } from './describe-nodes.ts';
import { TEXT_BYTES_AT_ONCE } from './limits.ts';
import type { IndexChange, SearchDocument, SearchIndex } from './search-index.ts';

export interface ApplyDependencies {
  readonly index: Pick<SearchIndex, 'apply' | 'describeTexts' | 'getTexts'>;
  /** Is told which contents have no text yet; undefined where none are read. */
  readonly contents?: ContentQueue | undefined;
}

type Put = Extract<IndexChange, { readonly kind: 'put' }>;

/**
 * Applies changes, with the texts that the index has of the same contents, so that what is renamed or moved is read once. Whatever was written without
 * the text of its content becomes a task, after it was written: so a text that is written over by somebody who had not seen it is written again.
 * Cost: a request, one more for TEXT_BYTES_AT_ONCE of texts, and the tasks.
 */
export async function applyDocuments(
  { index, contents }: ApplyDependencies,
  changes: readonly IndexChange[],
): Promise<void> {
  const files = changes.filter(isFile);
  const standing = await index.describeTexts(files.map(({ document }) => document));
  const bytesOf = ({ document: { nodeId, contentHash } }: Put): number | undefined => {
    const text = standing.get(nodeId);
    return text?.contentHash === contentHash ? text?.bytes : undefined;
  };
  const read = files.filter((change) => bytesOf(change) !== undefined);
  const others = new Set<IndexChange>(changes);
  for (const change of read) others.delete(change);
  await index.apply([...others]);
  const unread: SearchDocument[] = files.filter((change) => others.has(change)).map(({ document }) => document);
  for (const part of partsOf(read, (change) => bytesOf(change) ?? 0)) {
    const texts = await index.getTexts(part.map(({ document }) => document));
    const applied = withTexts(part, texts).filter(isFile);
    await index.apply(applied);
    // Gone since it was described.
    unread.push(...applied.map(({ document }) => document).filter(({ text }) => text === undefined));
  }
  const tasks = unread.filter(({ size }) => size > 0).map(({ namespaceId, nodeId }) => ({ namespaceId, nodeId }));
  await contents?.send(tasks);
}

function isFile(change: IndexChange): change is Put {
  return change.kind === 'put' && change.document.contentHash !== undefined;
}

/** Parts of at most TEXT_BYTES_AT_ONCE, or of one change that is longer. */
function partsOf(changes: readonly Put[], bytesOf: (change: Put) => number): readonly (readonly Put[])[] {
  const parts: Put[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const change of changes) {
    const more = bytesOf(change);
    if (bytes + more > TEXT_BYTES_AT_ONCE) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(change);
    bytes += more;
  }
  return parts;
}
