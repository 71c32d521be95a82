import type {
  ChunkHash,
  NamespaceId,
  OpenPackResponse,
  Pack,
  PackDestination,
  PackMember,
  Problem,
} from '@syncline/protocol';
import type { ApiAnswer } from '../api/api-client.ts';
import { chunkMemory } from './chunk-memory.ts';
import { compressChunk, isWorthCompressing } from './compress-chunks.ts';
import { hashChunk } from './hashing.ts';
import { COMPRESSED_LINK_BYTES_PER_SECOND_MAX, PACK_CHUNKS_MIN, PACK_ROUNDS_MAX } from './limits.ts';
import { isSlowerThan } from './link-rate.ts';
import { type SendOutcome, sendFromMemory } from './send-chunk.ts';
import { StoreUnavailableError } from './store-health.ts';
import type { TransferDependencies } from './upload-files.ts';

/** A chunk that is to travel in a pack. */
export interface PackableChunk {
  readonly hash: ChunkHash;
  readonly size: number;
  /** Where its file is to be, and what it takes there more than before, if it has no upload session, which says that. */
  readonly destination?: PackDestination | undefined;
  /** Exactly the bytes that hash to `hash`; undefined when they cannot be had any more. */
  readonly bytes: () => Uint8Array | Promise<Uint8Array | undefined>;
}

/**
 * - `stored`, and held by the account;
 * - `alone` its upload has to ask for it, without packs: it was stored before, or its pack was refused or would hold too little;
 * - refused, for a reason that is not the pack's.
 */
export type PackOutcome = 'stored' | 'alone' | PackRefusal;

export interface PackRefusal {
  readonly problem: Problem;
}

interface BuiltPack {
  readonly chunks: readonly PackableChunk[];
  readonly pack: Pack;
  readonly bytes: Uint8Array;
  /** What they stand in. */
  readonly memory: Uint8Array;
}

interface PackSending extends TransferDependencies {
  readonly signal: AbortSignal;
}

/**
 * Makes a pack of chunks, PUTs it and has it confirmed. Answers what became of each chunk but those whose bytes could not be had.
 * Chunks that turn out to be stored are taken out, and the pack is made anew. Whatever is wrong with the pack as a whole ends
 * in `alone`, after at most PACK_ROUNDS_MAX tries.
 *
 * Memory: twice the bytes of the pack at most, for which it waits at the gate once: most of them are kept for their files anyway.
 *
 * @throws UnavailableError  the service failed beyond the retry budgets, or the store did, which may be by one of the chunks where that is told apart.
 */
export async function sendPack(
  dependencies: PackSending,
  chunks: readonly PackableChunk[],
): Promise<ReadonlyMap<ChunkHash, PackOutcome>> {
  const outcomes = new Map<ChunkHash, PackOutcome>();
  let left = chunks;
  const settle = (hashes: Iterable<ChunkHash>, outcome: PackOutcome): void => {
    for (const hash of hashes) outcomes.set(hash, outcome);
    left = left.filter(({ hash }) => !outcomes.has(hash));
  };
  const paid = { bytes: 0 };
  for (let round = 1; round <= PACK_ROUNDS_MAX && left.length >= PACK_CHUNKS_MIN; round++) {
    const put = await putInTurn(dependencies, left, paid);
    left = put.chunks;
    const confirmed = put.kind === 'put' ? await confirm(dependencies, put.pack) : put;
    if (confirmed.kind === 'held-back') settle(hashesOf(left), 'alone');
    if (confirmed.kind === 'known') settle(confirmed.hashes, 'alone');
    if (confirmed.kind === 'stored') settle(hashesOf(left), 'stored');
    if (confirmed.kind === 'refused') settle(hashesOf(left), outcomeOfProblem(confirmed.problem));
  }
  // Of chunks that turned out to be stored nothing was sent.
  dependencies.bandwidth?.upload.giveBack(paid.bytes);
  settle(hashesOf(left), 'alone');
  return outcomes;
}

/** - `again` another try may mend it; - `held-back` one of its chunks may be what does not get through. */
type PackStep =
  | { readonly kind: 'held-back' }
  | { readonly kind: 'known'; readonly hashes: readonly ChunkHash[] }
  | { readonly kind: 'again' }
  | { readonly kind: 'refused'; readonly problem: Problem };
type PutStep = (PackStep | { readonly kind: 'put'; readonly pack: Pack }) & {
  /** Those whose bytes could be had. */
  readonly chunks: readonly PackableChunk[];
};

/** Waits for bandwidth before it enters the gate; what was paid and not used counts for the next try. */
async function putInTurn(
  dependencies: PackSending,
  chunks: readonly PackableChunk[],
  paid: { bytes: number },
): Promise<PutStep> {
  const { gate, bandwidth, signal } = dependencies;
  const size = chunks.reduce((sum, chunk) => sum + chunk.size, 0);
  if (bandwidth?.upload.bytesPerSecond !== undefined && paid.bytes < size) {
    await bandwidth.upload.take(size - paid.bytes, { signal });
    paid.bytes = size;
  }
  return gate.run(size, async () => {
    signal.throwIfAborted();
    const built = await buildPack(dependencies, chunks);
    const unused = Math.max(0, paid.bytes - built.pack.size);
    bandwidth?.upload.giveBack(unused);
    paid.bytes -= unused;
    if (built.chunks.length < PACK_CHUNKS_MIN) return { kind: 'again', chunks: built.chunks };
    const body = { ...built.pack, ...destinationsOf(built.chunks) };
    const opened = await dependencies.api.openPack({ body, signal });
    if (opened.ok && opened.value.status === 'put') paid.bytes = 0;
    return { ...(await putOpened(dependencies, built, opened)), chunks: built.chunks };
  });
}

function destinationsOf(chunks: readonly PackableChunk[]): { readonly destinations?: PackDestination[] } {
  const bytes = new Map<NamespaceId, number>();
  for (const { destination } of chunks) {
    if (destination === undefined) continue;
    bytes.set(destination.namespaceId, (bytes.get(destination.namespaceId) ?? 0) + destination.bytes);
  }
  if (bytes.size === 0) return {};
  return { destinations: [...bytes].map(([namespaceId, sum]) => ({ namespaceId, bytes: sum })) };
}

/** Members that are worth it are compressed while the link is slow. */
async function buildPack(
  dependencies: Pick<PackSending, 'bandwidth' | 'link'>,
  wanted: readonly PackableChunk[],
): Promise<BuiltPack> {
  const chunks: PackableChunk[] = [];
  const parts: Uint8Array[] = [];
  for (const chunk of wanted) {
    const read = chunk.bytes();
    // Most are in memory: nothing is waited for thousands of times.
    const part = read instanceof Uint8Array ? read : await read;
    if (part === undefined) continue;
    chunks.push(chunk);
    parts.push(part);
  }
  const compresses = isSlowerThan(COMPRESSED_LINK_BYTES_PER_SECOND_MAX, dependencies) && isWorthCompressing(parts);
  const members: PackMember[] = [];
  chunks.forEach(({ hash, size }, index) => {
    const frame = compresses ? compressChunk(parts[index] as Uint8Array) : undefined;
    if (frame !== undefined) parts[index] = frame;
    const stored = frame === undefined ? {} : { stored: { size: frame.length, encoding: 'zstd' as const } };
    members.push({ hash, size, ...stored });
  });
  const { bytes, memory } = concatenate(parts);
  return { chunks, bytes, memory, pack: { hash: await hashChunk(bytes), size: bytes.length, members } };
}

/** In memory that is used again for the next pack. */
function concatenate(parts: readonly Uint8Array[]): Pick<BuiltPack, 'bytes' | 'memory'> {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const memory = chunkMemory.take(size);
  let end = 0;
  for (const part of parts) {
    memory.set(part, end);
    end += part.length;
  }
  return { bytes: memory.subarray(0, size), memory };
}

async function putOpened(
  dependencies: PackSending,
  { pack, bytes, memory }: BuiltPack,
  opened: ApiAnswer<OpenPackResponse>,
): Promise<PackStep | { readonly kind: 'put'; readonly pack: Pack }> {
  if (!opened.ok) return { kind: 'refused', problem: opened.problem };
  if (opened.value.status === 'repack') return { kind: 'known', hashes: opened.value.known };
  try {
    const put = { put: opened.value.put, body: bytes, memory };
    const outcome = await sendFromMemory(dependencies, put, dependencies.signal);
    return isThere(outcome) ? { kind: 'put', pack } : { kind: 'again' };
  } catch (failure) {
    if (isOfOnePack(dependencies, failure)) return { kind: 'held-back' };
    throw failure;
  }
}

function isOfOnePack({ storeHealth }: PackSending, failure: unknown): boolean {
  return storeHealth !== undefined && failure instanceof StoreUnavailableError && failure.scope !== 'store';
}

/** A pack that exists is one whose answer was lost; the service says whether it is right. */
function isThere(outcome: SendOutcome): boolean {
  return outcome === 'stored' || outcome === 'exists';
}

async function confirm({ api, signal }: PackSending, pack: Pack): Promise<PackStep | { readonly kind: 'stored' }> {
  const answer = await api.confirmPack({ body: pack, signal });
  return answer.ok ? { kind: 'stored' } : { kind: 'refused', problem: answer.problem };
}

/**
 * What is refused to everybody at the moment, or to this device, would be refused to single chunks too. Of packs it is not known which cell they are for, as
 * it is of uploads; and what the service goes on failing for may be this pack.
 */
function outcomeOfProblem(problem: Problem): PackOutcome {
  if (problem.code === 'moved' || problem.code === 'internal') return 'alone';
  return problem.remedy === 'sign-in' || problem.remedy === 'retry' ? { problem } : 'alone';
}

function hashesOf(chunks: readonly PackableChunk[]): readonly ChunkHash[] {
  return chunks.map(({ hash }) => hash);
}
