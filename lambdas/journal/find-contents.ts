import {
  CHUNK_PIN_MS,
  type ChunkHash,
  type ChunkRef,
  type EpochMs,
  epochMs,
  type OperationError,
  type OpId,
  operationError,
  type PutOperation,
  packedChunk,
  packedLength,
  type UploadId,
} from '@syncline/protocol';
import { type ChunkIndex, type ChunkRecord, chunkObjectKey, loneChunk, type NewChunk } from '../chunks/chunk-index.ts';
import { manifestObjectKey, type ObjectStore } from '../chunks/object-store.ts';
import { isWrittenBy } from '../chunks/writer-tag.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { isSet } from '../uploads/confirmed-bits.ts';
import type { UploadSession } from '../uploads/upload-store.ts';
import { COMMITTED_PIN_MS_MIN, HEADS_AT_ONCE, HEADS_UNSEEN_MAX, MISSING_NAMED_MAX } from './limits.ts';
import type { ReadToldContent } from './told-content.ts';

/** A stored content, and the namespace that it is meant for. The manifest of a long one is the object of its contentHash. */
export type NamedContent = Pick<
  UploadSession,
  'namespaceId' | 'size' | 'contentHash' | 'chunking' | 'domain' | 'manifest'
>;

/** `ready`: every chunk of the content is stored, pinned, and the account has shown to possess it. */
export type ContentFinding =
  | { readonly kind: 'ready'; readonly content: NamedContent }
  | { readonly kind: 'refused'; readonly error: OperationError };

/** An upload's content is known by the upload, a told one by its operation. */
export type ContentKey = UploadId | OpId;

export type ContentFindings = ReadonlyMap<ContentKey, ContentFinding>;

export interface FindContentsDependencies {
  readonly chunks: Pick<ChunkIndex, 'lookup' | 'pin' | 'recordStored'>;
  readonly objects: Pick<ObjectStore, 'head' | 'read'>;
  readonly keyRing: KeyRing;
  /** Where it is absent, no put tells its content. */
  readonly readToldContent?: ReadToldContent;
}

export interface ContentSearch {
  readonly caller: DeviceCaller;
  readonly now: EpochMs;
  readonly puts: readonly PutOperation[];
  readonly sessions: ReadonlyMap<UploadId, UploadSession>;
  /** Chunks that this request may still confirm by itself. */
  readonly budget: { chunks: number };
}

export function contentKey({ uploadId, content, opId }: PutOperation): ContentKey {
  return content === undefined ? (uploadId ?? opId) : opId;
}

/**
 * Tells which contents files may have. Chunks that were not confirmed yet are confirmed here: those that the account
 * holds already, and those that it has just sent, which the store itself says (chunks/writer-tag.ts). Any other chunk, stored or
 * not, is missing: the client goes through an upload session and its chunk check, which asks it to prove possession.
 *
 * Cost: nothing for confirmed uploads; otherwise one look-up, a HEAD for each chunk that it does not find held, and a write for each of these.
 */
export async function findContents(deps: FindContentsDependencies, search: ContentSearch): Promise<ContentFindings> {
  const findings = new Map<ContentKey, ContentFinding>();
  const open: OpenContent[] = [];
  for (const put of search.puts) {
    const key = contentKey(put);
    if (findings.has(key)) continue;
    const found = await findContent(deps, search, put);
    if (found.kind === 'refused') {
      findings.set(key, found);
    } else if (found.chunks.length > search.budget.chunks) {
      findings.set(key, missingChunks(found.chunks));
    } else {
      search.budget.chunks -= found.chunks.length;
      findings.set(key, { kind: 'ready', content: found.content });
      if (found.chunks.length > 0) open.push({ key, ...found });
    }
  }
  for (const domain of new Set(open.map(({ content }) => content.domain))) {
    const ofDomain = open.filter(({ content }) => content.domain === domain);
    const confirmed = await confirmChunks(deps, search, { domain, chunks: ofDomain.flatMap(({ chunks }) => chunks) });
    for (const { key, chunks } of ofDomain) {
      const missing = chunks.filter(({ hash, size }) => confirmed.get(hash) !== size);
      if (missing.length > 0) findings.set(key, missingChunks(missing));
    }
  }
  return findings;
}

/** A content, and those of its chunks that are not confirmed yet. */
interface UnconfirmedContent {
  readonly content: NamedContent;
  readonly chunks: readonly ChunkRef[];
}

type OpenContent = UnconfirmedContent & { readonly key: ContentKey };

async function findContent(
  deps: FindContentsDependencies,
  search: ContentSearch,
  put: PutOperation,
): Promise<(UnconfirmedContent & { readonly kind: 'found' }) | (ContentFinding & { readonly kind: 'refused' })> {
  const told = deps.readToldContent?.(put, search.caller.accountId);
  if (told !== undefined) return told;
  const session = put.uploadId === undefined ? undefined : search.sessions.get(put.uploadId);
  if (session === undefined || session.accountId !== search.caller.accountId || session.expiresAt <= search.now) {
    return refuse('upload_expired', 'there is no such upload any more: open it again');
  }
  const chunks = await unconfirmedChunks(deps, session);
  if (chunks === undefined) return refuse('upload_expired', 'the upload cannot be read any more: open it again');
  return { kind: 'found', content: session, chunks };
}

/** Undefined when the manifest is gone, which only an expired upload's can be. */
async function unconfirmedChunks(
  deps: FindContentsDependencies,
  session: UploadSession,
): Promise<readonly ChunkRef[] | undefined> {
  if (isComplete(session)) return [];
  const manifest =
    session.manifest ?? (await deps.objects.read(manifestObjectKey(session.domain, session.contentHash)));
  if (manifest === undefined) return undefined;
  const distinct = new Map<string, ChunkRef>();
  for (let index = 0; index < packedLength(manifest); index++) {
    if (isSet(session.confirmed, index)) continue;
    const chunk = packedChunk(manifest, index);
    distinct.set(`${chunk.hash}/${chunk.size}`, chunk);
  }
  return [...distinct.values()];
}

function isComplete({ chunkCount, confirmed }: UploadSession): boolean {
  for (let index = 0; index < chunkCount; index++) if (!isSet(confirmed, index)) return false;
  return true;
}

/** The sizes of the chunks that may be used, by hash. Those are recorded, held by the account and pinned afterwards. */
async function confirmChunks(
  deps: FindContentsDependencies,
  search: ContentSearch,
  { domain, chunks }: { readonly domain: string; readonly chunks: readonly ChunkRef[] },
): Promise<ReadonlyMap<ChunkHash, number>> {
  const { accountId } = search.caller;
  const distinct = [...new Map(chunks.map((chunk) => [chunk.hash, chunk])).values()];
  const { held, sent } = await seekChunks(deps, search, { domain, chunks: distinct });
  const pinnedUntil = epochMs(search.now + CHUNK_PIN_MS);
  const isSafe = (record: ChunkRecord) =>
    record.state === 'live' && record.pinnedUntil >= search.now + COMMITTED_PIN_MS_MIN;
  const toPin = held.filter((record) => !isSafe(record)).map(({ hash }) => hash);
  const [pinned, stored] = await Promise.all([
    toPin.length === 0 ? new Set<ChunkHash>() : deps.chunks.pin({ domain, hashes: toPin, until: pinnedUntil }),
    sent.length === 0
      ? new Set<ChunkHash>()
      : deps.chunks.recordStored({ domain, accountId, chunks: sent, pinnedUntil, now: search.now }),
  ]);
  const lost = new Set(toPin.filter((hash) => !pinned.has(hash)));
  const kept = sent.filter(({ hash }) => stored.has(hash));
  return new Map([...kept, ...held.filter(({ hash }) => !lost.has(hash))].map(({ hash, size }) => [hash, size]));
}

interface SoughtChunks {
  /** Records of chunks that the account holds, and that are as long as it says. */
  readonly held: readonly ChunkRecord[];
  /** Others, whose objects it has sent. */
  readonly sent: readonly NewChunk[];
}

/** Looks chunks up, and asks the store for those that are not held; for a few at the same time, whatever the look-up finds. */
async function seekChunks(
  deps: FindContentsDependencies,
  search: ContentSearch,
  { domain, chunks }: { readonly domain: string; readonly chunks: readonly ChunkRef[] },
): Promise<SoughtChunks> {
  const { accountId } = search.caller;
  const ask = (asked: readonly ChunkRef[]) =>
    mapBounded(HEADS_AT_ONCE, asked, (chunk) => findSent(deps, search, { domain, chunk }));
  const early = chunks.length <= HEADS_UNSEEN_MAX ? ask(chunks) : undefined;
  const lookup = deps.chunks.lookup({ domain, accountId, hashes: chunks.map(({ hash }) => hash) });
  const [known, few] = await Promise.all([lookup, early]);
  const held = chunks.flatMap(({ hash, size }) => {
    const { record, held: isHeld } = known.get(hash) ?? { held: false };
    return isHeld && record?.size === size ? [record] : [];
  });
  const hashes = new Set(held.map(({ hash }) => hash));
  const sent = few ?? (await ask(chunks.filter(({ hash }) => !hashes.has(hash))));
  return { held, sent: sent.filter((chunk) => chunk !== undefined).filter(({ hash }) => !hashes.has(hash)) };
}

/** The chunk, if its object was sent by this account and nobody else. */
async function findSent(
  deps: FindContentsDependencies,
  search: ContentSearch,
  { domain, chunk }: { readonly domain: string; readonly chunk: ChunkRef },
): Promise<NewChunk | undefined> {
  const objectKey = chunkObjectKey(domain, chunk.hash);
  const head = await deps.objects.head(objectKey);
  const written = { accountId: search.caller.accountId, objectKey };
  if (!(await isWrittenBy(deps, written, { head, sha256: chunk.hash, size: chunk.size }))) return undefined;
  return loneChunk(chunk, objectKey, head ?? {});
}

function missingChunks(chunks: readonly ChunkRef[]): ContentFinding & { readonly kind: 'refused' } {
  const missing = chunks.slice(0, MISSING_NAMED_MAX).map(({ hash }) => hash);
  return refuse('chunks_missing', 'some chunks are not stored, or not shown to be possessed', { missing });
}

function refuse(...refusal: Parameters<typeof operationError>): ContentFinding & { readonly kind: 'refused' } {
  return { kind: 'refused', error: operationError(...refusal) };
}
