import {
  ChunkingStrategy,
  type ChunkRef,
  type ContentHash,
  chunkingFor,
  type DeviceId,
  type NamespaceId,
  ONE_CHUNK_BYTES_MAX,
} from '@syncline/protocol';
import type { ApiAnswer } from '../api/api-client.ts';
import { LARGE_FILE_BYTES } from '../engine/limits.ts';
import type { AheadContent } from '../engine/nearer-contents.ts';
import type {
  ContentSource,
  FetchedContent,
  HeldBack,
  Remote,
  RemoteAnswer,
  SentContent,
  StagedContent,
} from '../engine/ports.ts';
import { isZeros } from '../platform/node/is-zeros.ts';
import { ContentLookahead } from '../transfers/content-lookahead.ts';
import { type CuttingDependencies, cutContent } from '../transfers/cut-content.ts';
import { downloadContent, type PlacedChunk } from '../transfers/download-content.ts';
import { hashManifest } from '../transfers/hashing.ts';
import type { KnownManifests } from '../transfers/known-manifests.ts';
import { StoreHealth, StoreUnavailableError } from '../transfers/store-health.ts';
import { type TransferClass, TransferGate } from '../transfers/transfer-gate.ts';
import {
  type ContentOutcome,
  storedContent,
  type TransferDependencies,
  type TransferProgress,
  uploadContents,
} from '../transfers/upload-files.ts';
import type { AheadFetches } from './ahead-fetches.ts';
import { readNearby, writeLoneChunk } from './nearby-chunks.ts';

export interface ApiRemoteOptions {
  /** The home namespace. */
  readonly namespaceId: NamespaceId;
  readonly deviceId: DeviceId;
  readonly signal: AbortSignal;
  /** Whether bytes are the chunk that a name names; synchronous, because a resumed download asks chunk by chunk. */
  readonly isChunk: (bytes: Uint8Array, ref: ChunkRef) => boolean;
  /** Where chunks may be found on this disk. */
  readonly manifests: KnownManifests;
  /** What is fetched ahead of commits; without it nothing is. */
  readonly ahead?: AheadFetches | undefined;
  /** Told how many more bytes have been sent or fetched. */
  readonly onBytes: (bytes: number) => void;
}

/** The engine's way to the service: the typed client and the transfers. */
export function createApiRemote(transfers: TransferDependencies, options: ApiRemoteOptions): Remote {
  const dependencies = { ...transfers, storeHealth: new StoreHealth(transfers.clock) };
  const { api } = dependencies;
  const { namespaceId, deviceId, signal, manifests } = options;
  const yielding: AheadFetches['yieldTo'] = (download) => options.ahead?.yieldTo(download) ?? download();
  const lookahead = new ContentLookahead(dependencies, options);
  // What is sent first can be committed first: others are read meanwhile.
  const reading = new TransferGate({ tasksMax: 1, bytesMax: 0 });
  return {
    namespaceId,
    deviceId,
    ...callsForTrees(api, signal),
    nameContent: async (source, known) => {
      const content = await readManifest({ signal, cutting: dependencies.cutting }, source, known);
      if (content !== undefined) manifests.note(content);
      return content?.contentHash;
    },
    send: async (sources) => {
      const lane = laneFor(sources.reduce((most, { size }) => Math.max(most, size), 0));
      const outcomes = await uploadContents(
        { ...dependencies, reading, gate: dependencies.gate.lane(lane) },
        sources.map(({ namespaceId: to, size, base, read, readNow, lend }) => ({
          namespaceId: to,
          size,
          base,
          read,
          readNow,
          lend,
        })),
        { signal, onProgress: countBytes(options.onBytes) },
      );
      for (const outcome of outcomes)
        if (outcome.kind === 'uploaded' || outcome.kind === 'packed') manifests.note(outcome);
      return outcomes.map(toSent);
    },
    expect: (contents) => lookahead.expect(contents),
    takeAhead: (content) => options.ahead?.take(content) ?? Promise.resolve(undefined),
    fetch: async ({ nodeId, rev, size, into, local, ahead, ...of }) => {
      const firstPage = await lookahead.take({ nodeId, rev });
      const parts = { into, local, manifests, lookahead };
      if (firstPage?.size === size && !into.resumed && (await yielding(() => writeLoneChunk(parts, firstPage)))) {
        options.onBytes(size);
        return { kind: 'fetched', contentHash: firstPage.contentHash };
      }
      const source = { ...of, nodeId, rev, firstPage };
      const has = into.resumed ? hasChunk({ into, ahead, isChunk: options.isChunk }) : undefined;
      const onProgress = countBytes(options.onBytes);
      const sink = { write: (offset: number, bytes: Uint8Array) => into.write(offset, bytes) };
      const lane = { ...dependencies, gate: dependencies.gate.lane(laneFor(size)) };
      const nearby = (chunk: PlacedChunk) => readNearby(parts, chunk);
      const job = { sink, signal, has, nearby, onProgress };
      const outcome = await yielding(() => downloadContent(lane, source, job)).catch(heldBack);
      // The staging has the length that the tree tells: where the content is shorter, zeros would stand behind it.
      if (outcome.kind === 'downloaded' && outcome.size !== size) return { kind: 'damaged' };
      if (outcome.kind === 'downloaded') manifests.note(outcome);
      return toFetched(outcome);
    },
  };
}

/** All but contents: what is asked and told by one call of the API each. */
function callsForTrees(
  api: TransferDependencies['api'],
  signal: AbortSignal,
): Pick<Remote, 'openCursor' | 'listRoles' | 'listTree' | 'listChanges' | 'listRevisions' | 'commit'> {
  return {
    openCursor: async () => {
      const answer = toAnswer(await api.getCursor({ signal }));
      return answer.kind === 'ok' ? { kind: 'ok', value: answer.value.cursor } : answer;
    },
    listRoles: async () => {
      const answer = toAnswer(await api.listNamespaces({ signal }));
      if (answer.kind === 'refused') return answer;
      return { kind: 'ok', value: new Map(answer.value.folders.map((folder) => [folder.namespaceId, folder.role])) };
    },
    listTree: async ({ folderId, page, ...of }) => {
      const place = folderId === undefined ? {} : { folderId };
      const from = page === undefined ? {} : { page };
      return toAnswer(await api.listTree({ query: { ...of, ...place, ...from }, signal }));
    },
    listChanges: async (cursor) => toAnswer(await api.listChanges({ query: { cursor }, signal })),
    listRevisions: async ({ nodeId, ...of }) => {
      const answer = toAnswer(await api.listRevisions({ parameters: { nodeId }, query: of, signal }));
      if (answer.kind === 'refused') return answer;
      return { kind: 'ok', value: answer.value.revisions.filter(({ losing }) => losing !== true) };
    },
    commit: async (operations, cursor) => {
      const from = cursor === undefined ? {} : { cursor };
      return toAnswer(await api.commit({ body: { ...from, operations: [...operations] }, signal }));
    },
  };
}

function laneFor(bytes: number): TransferClass {
  return bytes > LARGE_FILE_BYTES ? 'large' : 'small';
}

/** Turns what has been stored of one transfer so far into what has been added since the last time. */
function countBytes(onBytes: ApiRemoteOptions['onBytes']): (progress: TransferProgress) => void {
  let counted = 0;
  return ({ storedBytes }) => {
    onBytes(storedBytes - counted);
    counted = storedBytes;
  };
}

function toAnswer<T>(answer: ApiAnswer<T>): RemoteAnswer<T> {
  return answer.ok ? { kind: 'ok', value: answer.value } : { kind: 'refused', problem: answer.problem };
}

interface CutManifest {
  readonly contentHash: ContentHash;
  readonly chunks: readonly ChunkRef[];
}

/**
 * Cut as a new file would be; where that gives none of the names that are asked about, in every other way, because what the service has may
 * have been cut by another client. Files of one chunk have one name.
 */
async function readManifest(
  dependencies: CuttingDependencies,
  source: ContentSource,
  known: readonly ContentHash[],
): Promise<CutManifest | undefined> {
  const usual = chunkingFor(source.size);
  const others = ChunkingStrategy.options.filter((strategy) => strategy !== usual);
  const isTold = known.length > 0 && source.size > ONE_CHUNK_BYTES_MAX;
  let first: CutManifest | undefined;
  for (const strategy of [usual, ...(isTold ? others : [])]) {
    const chunks = await cutContent(dependencies, source, strategy);
    if (chunks === undefined) return undefined;
    const contentHash = await hashManifest(chunks);
    if (known.includes(contentHash)) return { contentHash, chunks };
    first ??= { contentHash, chunks };
  }
  return first;
}

function toSent(outcome: ContentOutcome): SentContent {
  switch (outcome.kind) {
    case 'uploaded':
    case 'packed': {
      const { contentHash, unconfirmed } = outcome;
      return { kind: 'sent', stored: storedContent(outcome), contentHash, unconfirmed };
    }
    case 'held-back':
      return heldBack(outcome.cause);
    case 'changed':
    case 'unreadable':
      return { kind: outcome.kind };
    case 'refused':
      return { kind: 'refused', problem: outcome.problem };
  }
}

/** @throws the failure, when it is not of one chunk. */
function heldBack(failure: unknown): HeldBack {
  if (!(failure instanceof StoreUnavailableError)) throw failure;
  return { kind: 'held-back', scope: failure.scope, failure };
}

function toFetched(outcome: Awaited<ReturnType<typeof downloadContent>> | HeldBack): FetchedContent {
  switch (outcome.kind) {
    case 'held-back':
      return outcome;
    case 'downloaded':
      return { kind: 'fetched', contentHash: outcome.contentHash };
    case 'damaged':
      return { kind: 'damaged' };
    case 'refused':
      return outcome;
  }
}

interface EarlierTry {
  readonly into: StagedContent;
  readonly ahead: AheadContent | undefined;
  readonly isChunk: ApiRemoteOptions['isChunk'];
}

/**
 * A chunk that an earlier try has written is recognised by its bytes, so nothing about it has to be remembered. What this process has
 * verified and written ahead of the commit is as good as what it writes now, and what it has not need not be looked for.
 */
function hasChunk({ into, ahead, isChunk }: EarlierTry) {
  const known = into.isTakenOver ? ahead : undefined;
  return ({ offset, ref }: PlacedChunk): boolean => {
    if (known?.isVerified({ offset, hash: ref.hash }) === true) return true;
    if (known?.isResumed === false) return false;
    const bytes = into.readSync({ start: offset, end: offset + ref.size });
    // Mostly a place where nothing has come yet, and not worth a hash. A chunk of zeros is written in no time when it comes again.
    return !isZeros(bytes) && isChunk(bytes, ref);
  };
}
