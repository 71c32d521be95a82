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
  type UploadId,
  unpackOutline,
} from '@syncline/protocol';
import { sha256Now } from '#sha256';
import { fromBase64 } from './base64.ts';
import { fillBatches, sumOf } from './fill-batches.ts';
import {
  PATCH_LITERAL_BYTES_MAX,
  PATCH_PARTS_AT_ONCE_MAX,
  PATCHED_CHUNK_BYTES_MIN,
  PATCHED_CHUNKS_FIRST,
  PATCHED_CHUNKS_MAX,
  PATCHED_LINK_BYTES_PER_SECOND_MAX,
  PATCHED_SHIFT_BYTES_MAX,
} from './limits.ts';
import { isSlowerThan } from './link-rate.ts';
import { type HashNow, type MatchedChunk, OutlineMatcher } from './match-outline.ts';
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
 * Nothing is trusted: the service hashes what it makes. Ends where the file turns out to be made anew, and does not begin on a platform
 * that hashes nothing at once. Cost: a request for up to OUTLINE_BYTES_MAX of the base, and one for up to PATCH_CHUNKS_MAX chunks; a look at
 * every byte of these chunks. Memory: one chunk, and the parts of those that one request outlines.
 *
 * @throws UnavailableError and the signal's reason.
 */
export async function patchMissing(dependencies: Patching, content: FileContent, upload: Upload): Promise<Upload> {
  const { base } = content.source;
  if (base === undefined || sha256Now === undefined) return upload;
  if (!isSlowerThan(PATCHED_LINK_BYTES_PER_SECOND_MAX, dependencies)) return upload;
  const edited = editedChunks(content, upload, base);
  if (edited.length === 0 || edited.length > PATCHED_CHUNKS_MAX) return upload;
  const held = new Set<ChunkHash>();
  for (const some of inTurns(edited)) {
    const matched = await matchChunks({ ...dependencies, hash: sha256Now }, { content, base }, some);
    if (matched === undefined) break;
    const made = await sendPatches(dependencies, { base, uploadId: upload.uploadId }, matched);
    for (const hash of made.held) held.add(hash);
    if (made.isRefused || matched.length < some.length / 2) break;
  }
  return { ...upload, missing: upload.missing.filter(({ hash }) => !held.has(hash)) };
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
function* inTurns(edited: readonly EditedChunk[]): Generator<readonly EditedChunk[], void> {
  const fits = (some: readonly EditedChunk[]): boolean =>
    some.length <= OUTLINE_SPANS_MAX && sumOf(some, ({ span }) => span.end - span.start) <= OUTLINE_BYTES_MAX;
  yield* fillBatches(edited.slice(0, PATCHED_CHUNKS_FIRST), fits);
  yield* fillBatches(edited.slice(PATCHED_CHUNKS_FIRST), fits);
}

type Matched = MatchedChunk & ChunkRef;

/** Undefined when the service outlines nothing of this base. */
async function matchChunks(
  { api, gate, signal, hash: hashNow }: Patching & { readonly hash: HashNow },
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
      return isLost(bytes) ? undefined : new OutlineMatcher({ span, blocks }, hashNow).match(bytes);
    });
    if (found !== undefined) matched.push({ ...found, hash, size });
  }
  return matched;
}

interface MadeChunks {
  /** What the service holds. */
  readonly held: readonly ChunkHash[];
  /** Whether it takes no patches of this base: nothing more is tried then. */
  readonly isRefused: boolean;
}

async function sendPatches(
  { api, bandwidth, signal }: Patching,
  { base, uploadId }: { readonly base: FormerContent; readonly uploadId: UploadId },
  matched: readonly Matched[],
): Promise<MadeChunks> {
  const { nodeId, rev } = base;
  const held: ChunkHash[] = [];
  for (const some of fillBatches(matched, fitsRequest)) {
    // They travel in base64.
    const bytes = Math.ceil((sumOf(some, ({ literalBytes }) => literalBytes) * 4) / 3);
    await bandwidth?.upload.take(bytes, { signal });
    const patches = some.map(({ hash, parts }): ChunkPatch => ({ hash, parts: [...parts] }));
    const body = { base: { nodeId, rev }, patches };
    const answer = await api.patchChunks({ parameters: { uploadId }, body, signal });
    if (!answer.ok) return { held, isRefused: true };
    held.push(...answer.value.held);
  }
  return { held, isRefused: false };
}

function fitsRequest(matched: readonly Matched[]): boolean {
  return (
    matched.length <= PATCH_CHUNKS_MAX &&
    sumOf(matched, ({ size }) => size) <= PATCH_BYTES_MAX &&
    sumOf(matched, ({ literalBytes }) => literalBytes) <= PATCH_LITERAL_BYTES_MAX &&
    sumOf(matched, ({ parts }) => parts.length) <= PATCH_PARTS_AT_ONCE_MAX
  );
}
