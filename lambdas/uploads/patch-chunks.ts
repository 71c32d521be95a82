import { createHash } from 'node:crypto';
import {
  type ChunkHash,
  type ChunkPatch,
  FILE_CHUNKS_MAX,
  type PatchChunksRequest,
  type PatchChunksResponse,
  type UploadId,
} from '@syncline/protocol';
import { chunkObjectKey, loneChunk, type NewChunk } from '../chunks/chunk-index.ts';
import { copySpans, type SpanCopy } from '../chunks/copy-spans.ts';
import { readManifestPage } from '../journal/describe-content.ts';
import { findRevision } from '../journal/read-content.ts';
import type { StoredRevision } from '../namespaces/namespace-store.ts';
import type { OpenNamespaceDependencies } from '../namespaces/open-namespace.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import { refusedFor } from '../runtime/decode-request.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { confirmShown } from './confirm-shown.ts';
import { pinEnd } from './hold-chunks.ts';
import { PATCH_WRITES_IN_FLIGHT_MAX } from './limits.ts';
import { isConfirmed, openSession } from './open-session.ts';
import { isSpan, partBytes, patchDefects, spanDefects } from './patch-defects.ts';
import { findPlaces, type PlacesByHash } from './session-manifest.ts';
import type { CheckChunksDependencies } from './upload-dependencies.ts';
import type { UploadSession } from './upload-store.ts';

export interface PatchChunksDependencies extends Omit<CheckChunksDependencies, 'accounts' | 'namespaces'> {
  readonly accounts: CheckChunksDependencies['accounts'] & OpenNamespaceDependencies['accounts'];
  readonly namespaces: OpenNamespaceDependencies['namespaces'];
}

export interface PatchRequest extends PatchChunksRequest {
  readonly uploadId: UploadId;
}

/**
 * Makes chunks of an upload of bytes of a revision that the caller may read now, and of bytes that come along; stores those that are what their
 * names say, each as an object of its own, and confirms them as if this device had PUT them. The account has shown to possess them: it may
 * read the base, has sent the rest, and what came of both was hashed here. A hash opens nothing.
 *
 * A chunk that comes out otherwise, whose base is not there any more, or whose object is just being removed, is `failed`, and nothing is written of the
 * first two; so are all when they touch more of the base than is read at once (copySpans). What does not hold together is refused before anything is read or written.
 * Idempotent: what was made is found confirmed by a repeat, and made again by one that comes before that.
 * Cost: that of checkChunks for the session, the reads of getNode and the revision (and of a long manifest), an item and a GET per chunk of the base that is
 * touched, a PUT, a HEAD and 2 writes per chunk, 1 write of the session. Memory: PATCH_BYTES_MAX, and what copySpans takes.
 */
export async function patchChunks(
  dependencies: PatchChunksDependencies,
  request: PatchRequest,
  caller: DeviceCaller,
): Promise<Outcome<PatchChunksResponse>> {
  const now = dependencies.clock.now();
  const opened = await openSession(dependencies, { uploadId: request.uploadId, now }, caller);
  if (opened.kind === 'refused') return opened;
  const { session, manifest } = opened.value;
  const hashes = request.patches.map(({ hash }) => hash);
  const places = findPlaces(manifest, hashes);
  const defects = patchDefects(request.patches, places);
  if (defects.length > 0) return refusedFor(defects);

  const open = request.patches.filter(({ hash }) => !isConfirmed(session, places, hash));
  const base = open.length === 0 ? done(undefined) : await findBase(dependencies, { request, session }, caller);
  if (base.kind === 'refused') return base;
  const made = base.value === undefined ? [] : await makeChunks(dependencies, base.value, { patches: open, places });
  const stored = await storeChunks(dependencies, session, made);
  const shown = hashes.filter((hash) => stored.has(hash));
  const progress = await confirmShown(dependencies, opened.value, { places, shown, caller });
  dependencies.meter.count('chunksPatched', shown.length);
  const failed = open.map(({ hash }) => hash).filter((hash) => !stored.has(hash));
  return done({ held: hashes.filter((hash) => !failed.includes(hash)), failed, progress });
}

/** The base, if it is there, and all spans lie in it. */
async function findBase(
  dependencies: PatchChunksDependencies,
  { request, session }: { readonly request: PatchRequest; readonly session: UploadSession },
  caller: DeviceCaller,
): Promise<Outcome<StoredRevision | undefined>> {
  const { namespaceId } = session;
  const base = await findRevision(dependencies, { ...request.base, namespaceId }, caller);
  if (base.kind === 'refused') return base.error.code === 'not_found' ? done(undefined) : base;
  const defects = spanDefects(request.patches, base.value.size);
  return defects.length > 0 ? refusedFor(defects) : base;
}

/** A chunk, and bytes that are those of its name. */
interface MadeChunk {
  readonly hash: ChunkHash;
  readonly bytes: Uint8Array;
}

/** Answers those that came out right. */
async function makeChunks(
  dependencies: PatchChunksDependencies,
  base: StoredRevision,
  { patches, places }: { readonly patches: readonly ChunkPatch[]; readonly places: PlacesByHash },
): Promise<readonly MadeChunk[]> {
  const { chunks } = await readManifestPage(dependencies, base, { start: 0, count: FILE_CHUNKS_MAX });
  const made = patches.map(({ hash }) => ({ hash, bytes: new Uint8Array(places.get(hash)?.size ?? 0) }));
  const copies = made.flatMap(({ bytes }, index) => layParts(patches[index]?.parts ?? [], bytes));
  const outcome = await copySpans(dependencies, { domain: base.domain, chunks }, copies);
  return outcome === 'copied' ? made.filter(isRight) : [];
}

/** Writes the bytes that came along to their places, and answers what of the base is to be copied to the others. */
function layParts(parts: ChunkPatch['parts'], into: Uint8Array): readonly SpanCopy[] {
  const copies: SpanCopy[] = [];
  let at = 0;
  for (const part of parts) {
    if (isSpan(part)) {
      copies.push({ ...part, into, at });
      at += part.end - part.start;
    } else {
      const bytes = partBytes(part);
      into.set(bytes, at);
      at += bytes.length;
    }
  }
  return copies;
}

function isRight({ hash, bytes }: MadeChunk): boolean {
  return createHash('sha256').update(bytes).digest('hex') === hash;
}

/** Answers those that are stored, pinned and held by the account then. */
async function storeChunks(
  { objects, chunks, clock }: PatchChunksDependencies,
  { domain, accountId }: UploadSession,
  made: readonly MadeChunk[],
): Promise<ReadonlySet<ChunkHash>> {
  const written = await mapBounded(PATCH_WRITES_IN_FLIGHT_MAX, made, async ({ hash, bytes }): Promise<NewChunk[]> => {
    const objectKey = chunkObjectKey(domain, hash);
    await objects.write({ key: objectKey, sha256: hash, bytes });
    // What lies there may be of an earlier time, and of somebody else.
    const head = await objects.head(objectKey);
    if (head?.sha256 !== hash || head.size !== bytes.length) return [];
    return [loneChunk({ hash, size: bytes.length }, objectKey, head)];
  });
  const added = written.flat();
  if (added.length === 0) return new Set();
  const now = clock.now();
  return chunks.recordStored({ domain, accountId, chunks: added, pinnedUntil: pinEnd(now), now });
}
