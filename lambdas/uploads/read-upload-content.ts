import {
  type ChunkRef,
  CONTENT_PAGE_CHUNKS_MAX,
  epochMs,
  formatInstant,
  packedChunk,
  packedSize,
  SIGNED_URL_MS,
  type UploadContentResponse,
  type UploadId,
} from '@syncline/protocol';
import { addressChunks, type DescribeContentDependencies } from '../journal/describe-content.ts';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { isSet } from './confirmed-bits.ts';
import { readSessionManifest } from './session-manifest.ts';
import type { UploadSession, UploadStore } from './upload-store.ts';

export interface ReadUploadContentDependencies extends DescribeContentDependencies {
  readonly uploads: Pick<UploadStore, 'get'>;
  readonly namespaces: Pick<NamespaceStore, 'readAccess'>;
}

export interface UploadContentRequest {
  readonly uploadId: UploadId;
  readonly from?: number | undefined;
}

/**
 * The confirmed chunks of an open upload, with an address for each, for whoever may read the namespace that it is meant for.
 *
 * An address is only made for a chunk that the uploading account has shown to possess, while that account may write the namespace and
 * the caller may read it, both as of this request; no hash is taken from the request, and of other chunks nothing is told. What is
 * missing, expired, foreign or not to be read any more is answered alike.
 * Cost: 1 read of the session, 2 of access, the manifest when that is long, and an item per chunk.
 *
 * Source: docs/decisions/0103-chunks-ahead-of-their-commit.md
 */
export async function readUploadContent(
  dependencies: ReadUploadContentDependencies,
  { uploadId, from = 0 }: UploadContentRequest,
  caller: Caller,
): Promise<Outcome<UploadContentResponse>> {
  const { uploads, clock } = dependencies;
  const now = clock.now();
  const session = (await uploads.get([uploadId])).get(uploadId);
  if (session === undefined || session.expiresAt <= now) return unknownUpload();
  if (!(await mayRead(dependencies, session, caller))) return unknownUpload();
  const { namespaceId, size, contentHash, chunkCount, domain } = session;
  const confirmed = await confirmedFrom(dependencies, session, from);
  const page = confirmed.slice(0, CONTENT_PAGE_CHUNKS_MAX);
  const next = confirmed[CONTENT_PAGE_CHUNKS_MAX]?.index;
  const sources = await addressChunks(
    dependencies,
    domain,
    page.map(({ ref }) => ref),
  );
  return done({
    namespaceId,
    size,
    contentHash,
    chunkCount,
    chunks: page.flatMap(({ index, offset }, at) => {
      const source = sources[at];
      return source === undefined ? [] : [{ ...source, index, offset }];
    }),
    expiresAt: formatInstant(epochMs(now + SIGNED_URL_MS)),
    ...(next === undefined ? {} : { next }),
  });
}

/** Both sides are asked each time: a member who was removed reads nothing more, and what they send is read by nobody. */
async function mayRead(
  { namespaces }: Pick<ReadUploadContentDependencies, 'namespaces'>,
  { namespaceId, accountId: writerId }: UploadSession,
  { accountId: readerId }: Caller,
): Promise<boolean> {
  const [reader, writer] = await Promise.all([
    namespaces.readAccess({ namespaceId, accountId: readerId }),
    readerId === writerId ? undefined : namespaces.readAccess({ namespaceId, accountId: writerId }),
  ]);
  const sender = readerId === writerId ? reader : writer;
  return reader !== undefined && sender !== undefined && sender.role !== 'viewer';
}

/** A chunk in its place: its number in the manifest, and its first byte in the file. */
interface PlacedRef {
  readonly index: number;
  readonly offset: number;
  readonly ref: ChunkRef;
}

/** The confirmed chunks from an index on, one more than a page has. Only those are unpacked. */
async function confirmedFrom(
  dependencies: Pick<ReadUploadContentDependencies, 'objects'>,
  session: UploadSession,
  from: number,
): Promise<readonly PlacedRef[]> {
  const packed = await readSessionManifest(dependencies, session);
  const found: PlacedRef[] = [];
  let offset = 0;
  for (let index = 0; index < session.chunkCount && found.length <= CONTENT_PAGE_CHUNKS_MAX; index++) {
    const isWanted = index >= from && isSet(session.confirmed, index);
    if (isWanted) found.push({ index, offset, ref: packedChunk(packed, index) });
    offset += packedSize(packed, index);
  }
  return found;
}

function unknownUpload(): Refused {
  return refused('not_found', 'there is no such upload');
}
