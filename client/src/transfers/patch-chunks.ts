import {
  type ByteSpan,
  type ChunkHash,
  type ChunkPatch,
  type ChunkRef,
  OUTLINE_BLOCK_BYTES,
  OUTLINE_BYTES_MAX,
  OUTLINE_SPANS_MAX,
  PATCH_BYTES_MAX,
  PATCH_CHUNKS_MAX,
  type Upload,
  unpackOutline,
} from '@syncline/protocol';
import { fromBase64 } from './base64.ts';
import {
  PATCH_LITERAL_BYTES_MAX,
  PATCH_PARTS_AT_ONCE_MAX,
  PATCHED_CHUNK_BYTES_MIN,
  PATCHED_CHUNKS_FIRST,
  PATCHED_CHUNKS_MAX,
  PATCHED_LINK_BYTES_PER_SECOND_MAX,
  PATCHED_SHIFT_BYTES_MAX,
} from './limits.ts';
import { type MatchedChunk, OutlineMatcher } from './match-outline.ts';
import type { ByteRange, FileContent } from './read-content.ts';
import { isLost, readWhole } from './send-file-chunk.ts';
import type { FormerContent, TransferDependencies } from './upload-files.ts';

type Patching = Pick<TransferDependencies, 'api' | 'bandwidth' | 'gate' | 'link'> & { readonly signal: AbortSignal };

/** A chunk that is missing, where it stands in the file, and where the base may have most of it. */
interface EditedChunk extends ChunkRef {
  readonly place: ByteRange;
  readonly span: ByteSpan;
}

/**
 * Lets the service make missing chunks of an edited file from what the file was before, so that of a chunk only what is new travels.
 * Answers the upload without those that the service holds by then; all that is in the way leaves a chunk missing, and it is sent like any other.
 *
 * Nothing is trusted: the service hashes what it makes. Ends where the file turns out to be made anew. Cost: a request for up to OUTLINE_BYTES_MAX of the base, and
 * one for up to PATCH_CHUNKS_MAX chunks; a look at every byte of these chunks. Memory: one chunk, and the parts of one request.
 *
 * @throws UnavailableError and the signal's reason.
 */
export async function patchMissing(dependencies: Patching, content: FileContent, upload: Upload): Promise<Upload> {
  const { base } = content.source;
  if (base === undefined || !isSlowLink(dependencies)) return upload;
  const edited = editedChunks(content, upload, base);
  if (edited.length === 0 || edited.length > PATCHED_CHUNKS_MAX) return upload;
  const held = new Set<ChunkHash>();
  for (const some of inTurns(edited)) {
    const matched = await matchChunks(dependencies, { content, base }, some);
    if (matched === undefined) break;
    const isTaken = await sendPatches(dependencies, { base, upload, matched, held });
    if (!isTaken || matched.length < some.length / 2) break;
  }
  return { ...upload, missing: upload.missing.filter(({ hash }) => !held.has(hash)) };
}

/** What is not known is slow: most links are. */
function isSlowLink({ bandwidth, link }: Patching): boolean {
  const rate = Math.min(bandwidth?.upload.bytesPerSecond ?? Number.POSITIVE_INFINITY, link?.bytesPerSecond ?? 0);
  return rate < PATCHED_LINK_BYTES_PER_SECOND_MAX;
}

function editedChunks({ source, chunks }: FileContent, { missing }: Upload, base: FormerContent): EditedChunk[] {
  const wanted = new Set(missing.map(({ hash }) => hash));
  const edited: EditedChunk[] = [];
  let start = 0;
  for (const { hash, size } of chunks) {
    const place = { start, end: start + size };
    start = place.end;
    if (!wanted.delete(hash) || size < PATCHED_CHUNK_BYTES_MIN) continue;
    const span = spanInBase(place, { size: source.size, base });
    if (span.end - span.start >= OUTLINE_BLOCK_BYTES) edited.push({ hash, size, place, span });
  }
  return edited;
}

/**
 * Where the base may have what a chunk has: from where it would stand if all that is new stood behind it, to where it would stand if all
 * that is new stood before it. Of a file that has become much longer or shorter only the former. Edits that weigh each other out move what
 * stands between them: what is moved out of the span by that is sent.
 */
function spanInBase(
  { start, end }: ByteRange,
  { size, base }: { readonly size: number; readonly base: FormerContent },
): ByteSpan {
  const shift = base.size - size;
  const isNear = Math.abs(shift) <= PATCHED_SHIFT_BYTES_MAX;
  const [from, to] = isNear ? [start + Math.min(0, shift), end + Math.max(0, shift)] : [start, end];
  return { start: Math.min(Math.max(0, from), base.size), end: Math.min(Math.max(0, to), base.size) };
}

/** As many as one request outlines; few at first. */
function* inTurns(edited: readonly EditedChunk[]): Iterable<readonly EditedChunk[]> {
  let some: EditedChunk[] = [];
  let bytes = 0;
  let chunksMax = PATCHED_CHUNKS_FIRST;
  for (const chunk of edited) {
    const length = chunk.span.end - chunk.span.start;
    if (some.length === chunksMax || (some.length > 0 && bytes + length > OUTLINE_BYTES_MAX)) {
      yield some;
      some = [];
      bytes = 0;
      chunksMax = OUTLINE_SPANS_MAX;
    }
    some.push(chunk);
    bytes += length;
  }
  if (some.length > 0) yield some;
}

type Matched = MatchedChunk & ChunkRef;

/** Undefined when the service outlines nothing of this base. */
async function matchChunks(
  { api, gate, signal }: Patching,
  { content, base }: { readonly content: FileContent; readonly base: FormerContent },
  edited: readonly EditedChunk[],
): Promise<readonly Matched[] | undefined> {
  const { nodeId, rev } = base;
  const spans = edited.map(({ span }) => span);
  const body = { namespaceId: content.source.namespaceId, rev, spans };
  const answer = await api.outlineContent({ parameters: { nodeId }, body, signal });
  if (!answer.ok) return undefined;
  const matched: Matched[] = [];
  for (const [index, { hash, size, place, span }] of edited.entries()) {
    const packed = fromBase64(answer.value.outlines[index] ?? '');
    const blocks = packed === undefined ? undefined : unpackOutline(packed);
    if (blocks === undefined || blocks.length === 0) continue;
    const found = await gate.run(size, async () => {
      signal.throwIfAborted();
      const bytes = await readWhole(content, place);
      return isLost(bytes) ? undefined : new OutlineMatcher({ span, blocks }).match(bytes);
    });
    if (found !== undefined) matched.push({ ...found, hash, size });
  }
  return matched;
}

/** False when the service takes no patches of this base: nothing more is tried then. */
async function sendPatches(
  { api, bandwidth, signal }: Patching,
  {
    base,
    upload,
    matched,
    held,
  }: {
    readonly base: FormerContent;
    readonly upload: Upload;
    readonly matched: readonly Matched[];
    readonly held: Set<ChunkHash>;
  },
): Promise<boolean> {
  const { nodeId, rev } = base;
  const parameters = { uploadId: upload.uploadId };
  for (const some of fillRequests(matched)) {
    const literalBytes = some.reduce((sum, chunk) => sum + chunk.literalBytes, 0);
    // They travel in base64.
    await bandwidth?.upload.take(Math.ceil((literalBytes * 4) / 3), { signal });
    const patches = some.map(({ hash, parts }): ChunkPatch => ({ hash, parts: [...parts] }));
    const answer = await api.patchChunks({ parameters, body: { base: { nodeId, rev }, patches }, signal });
    if (!answer.ok) return false;
    for (const hash of answer.value.held) held.add(hash);
  }
  return true;
}

function* fillRequests(matched: readonly Matched[]): Iterable<readonly Matched[]> {
  let some: Matched[] = [];
  let [bytes, literalBytes, parts] = [0, 0, 0];
  for (const chunk of matched) {
    const isFull =
      some.length === PATCH_CHUNKS_MAX ||
      bytes + chunk.size > PATCH_BYTES_MAX ||
      literalBytes + chunk.literalBytes > PATCH_LITERAL_BYTES_MAX ||
      parts + chunk.parts.length > PATCH_PARTS_AT_ONCE_MAX;
    if (isFull && some.length > 0) {
      yield some;
      some = [];
      [bytes, literalBytes, parts] = [0, 0, 0];
    }
    some.push(chunk);
    bytes += chunk.size;
    literalBytes += chunk.literalBytes;
    parts += chunk.parts.length;
  }
  if (some.length > 0) yield some;
}
