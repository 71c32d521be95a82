import { isDeepStrictEqual } from 'node:util';
import { FILE_CHUNKS_MAX } from '@syncline/protocol';
import { readManifestPage } from '../journal/describe-content.ts';
import { NamespaceView } from '../journal/namespace-view.ts';
import { type ReadContentBytesDependencies, readContentBytes } from '../links/read-content-bytes.ts';
import type { NamespaceStore, StoredNode, StoredRevision } from '../namespaces/namespace-store.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { describeNodes, withTexts } from '../search/describe-nodes.ts';
import { type IndexedText, indexVersion, type SearchDocument, type SearchIndex } from '../search/search-index.ts';
import { FORMAT_EXTENT, formatOf } from './content-format.ts';
import type { ContentReader } from './content-reader.ts';
import type { ContentTask } from './content-task.ts';
import { PUT_LOOKS_MAX, START_BYTES } from './limits.ts';
import { type ReadOutcome, unread } from './read-outcome.ts';

export interface ExtractDependencies extends ReadContentBytesDependencies {
  readonly namespaces: NamespaceStore;
  readonly index: Pick<SearchIndex, 'apply' | 'describeTexts' | 'findText'>;
  readonly reader: ContentReader;
}

/** `kept`: the index had the text of this content. `gone`: so is the file, or it has another content, of which another task tells. */
export type Extraction = 'read' | 'unread' | 'kept' | 'gone';

/**
 * Makes the index have the text of what a file is now, or the reason why there is none. Idempotent; may be done late, in any order and at once with
 * others: the document is made anew of what its node is after its content was read, and stands only where no newer one does.
 *
 * A content is read once for each namespace, whoever has copies of it there.
 * Cost: a few reads of tables and index, and of the bucket as many bytes as the format asks for.
 * @throws UnavailableError when a store or the index did not answer: the task is to be done again.
 */
export async function extractContent(dependencies: ExtractDependencies, task: ContentTask): Promise<Extraction> {
  const { index } = dependencies;
  const node = await findFile(dependencies, task);
  if (node?.contentHash === undefined) return 'gone';
  const { namespaceId, nodeId, contentHash } = node;
  const standing = (await index.describeTexts([node])).get(nodeId);
  if (standing?.contentHash === contentHash) return 'kept';
  const copied = await index.findText({ namespaceId, contentHash });
  const text = copied ?? (await extractText(dependencies, node));
  if (text === undefined || !(await putText(dependencies, task, text))) return 'gone';
  if (copied !== undefined) return 'kept';
  return text.unread === undefined ? 'read' : 'unread';
}

async function findFile(
  { namespaces }: Pick<ExtractDependencies, 'namespaces'>,
  { namespaceId, nodeId }: ContentTask,
): Promise<StoredNode | undefined> {
  const head = await namespaces.readHead(namespaceId);
  return head === undefined ? undefined : new NamespaceView({ namespaces }, { head, role: 'owner' }).node(nodeId);
}

/** Undefined when the content is not that of its file any more. */
async function extractText(dependencies: ExtractDependencies, node: StoredNode): Promise<IndexedText | undefined> {
  const { namespaceId, nodeId, contentHash, contentRev: rev } = node;
  const revision = await dependencies.namespaces.getRevision({ namespaceId, nodeId, rev });
  if (revision === undefined || revision.contentHash !== contentHash) return undefined;
  const outcome = await readRevision(dependencies, revision);
  const { contentHash: read } = revision;
  return outcome.kind === 'read'
    ? { contentHash: read, text: outcome.text }
    : { contentHash: read, unread: outcome.reason };
}

async function readRevision(dependencies: ExtractDependencies, revision: StoredRevision): Promise<ReadOutcome> {
  const { namespaceId, size } = revision;
  const start = await readSpan(dependencies, revision, START_BYTES);
  const format = formatOf(start);
  if (format === undefined) return unread('no-text');
  const { bytesMax, isWhole } = FORMAT_EXTENT[format];
  if (isWhole && size > bytesMax) return unread('too-large');
  const bytes = size <= START_BYTES ? start : await readSpan(dependencies, revision, bytesMax);
  return dependencies.reader.read({ namespaceId, format, bytes });
}

/** The first bytes of a content. */
async function readSpan(
  dependencies: ExtractDependencies,
  revision: StoredRevision,
  bytesMax: number,
): Promise<Uint8Array> {
  const { chunks } = await readManifestPage(dependencies, revision, { start: 0, count: FILE_CHUNKS_MAX });
  const span = { start: 0, end: Math.min(bytesMax, revision.size) };
  const bytes = new Uint8Array(span.end);
  let offset = 0;
  for await (const piece of readContentBytes(dependencies, { domain: revision.domain, chunks }, span)) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

/**
 * Writes the document with its text; false when its content is another one by now. What it wrote is still true afterwards, as of every document
 * (search/follow-task.ts).
 * @throws UnavailableError when the node changes faster than it is written.
 */
async function putText(
  { namespaces, index }: ExtractDependencies,
  { namespaceId, nodeId }: ContentTask,
  text: IndexedText,
): Promise<boolean> {
  const texts = new Map([[nodeId, text]]);
  let written: SearchDocument | undefined;
  let head = await namespaces.readHead(namespaceId);
  for (let looks = 0; looks <= PUT_LOOKS_MAX; looks++) {
    if (head === undefined) return false;
    const view = new NamespaceView({ namespaces }, { head, role: 'owner' });
    const [change] = withTexts(await describeNodes(view, [nodeId], indexVersion(head)), texts);
    // Whoever follows the journal writes what is another one, or removes what is gone.
    if (change?.kind !== 'put' || change.document.text === undefined) return written !== undefined;
    if (isDeepStrictEqual(change.document, written)) return true;
    await index.apply([change]);
    written = change.document;
    const next = await namespaces.readHead(namespaceId);
    if (next?.seq === head.seq && next.epoch === head.epoch) return true;
    head = next;
  }
  throw new UnavailableError('a node changes faster than its text is written');
}
