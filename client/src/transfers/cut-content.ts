import { ChunkHash, type ChunkingStrategy, type ChunkRef, ONE_CHUNK_BYTES_MAX } from '@syncline/protocol';
import { BLOCK_BYTES } from '../chunking/boundary-finder.ts';
import type { CutFile } from '../chunking/chunk-cutter.ts';
import { ContentCutter, type CutChunk } from '../chunking/content-cutter.ts';
import { hashChunk } from './hashing.ts';
import { CUT_PIECE_BYTES, CUT_PIECES_AHEAD, IDLE_CUTTERS_MAX, THREAD_FILE_BYTES_MIN } from './limits.ts';
import { runBounded } from './run-bounded.ts';
import type { TransferGate } from './transfer-gate.ts';

/** A file that is to be cut. */
export interface ContentToCut {
  readonly size: number;
  /** Bytes `start` to `end` (exclusive); fewer when the file ends before. They may be put into the memory `into`, which is as long. */
  read(wanted: {
    readonly start: number;
    readonly end: number;
    readonly into?: Uint8Array | undefined;
  }): Promise<Uint8Array>;
  /**
   * All of it at once, perhaps in the memory `into`, which is as long; fewer bytes when it is not the same file any more; undefined where that
   * may keep this thread waiting.
   */
  readonly readNow?: ((into: Uint8Array) => Uint8Array | undefined) | undefined;
  /** Opens the file for another thread, where that is possible; undefined when it is not the same file any more. */
  readonly lend?: (() => Promise<LentFile | undefined>) | undefined;
}

/** An open file that any thread of this process may read. */
export interface LentFile {
  /** The operating system's number for it. */
  readonly descriptor: number;
  /** Closes it. False when what was read is not sure to be the file that was asked for: it changed meanwhile. */
  giveBack(): Promise<boolean>;
}

/** Cuts files on other threads. */
export interface FileCutting {
  /**
   * The chunks of an open file; undefined when it ends before its size. When it answers or throws, nothing reads the file any more.
   * @throws what reading throws, and the signal's reason.
   */
  cut(file: CutFile & { readonly descriptor: number }, signal: AbortSignal): Promise<readonly CutChunk[] | undefined>;
}

export interface CuttingDependencies {
  readonly signal: AbortSignal;
  /** Bounds the memory of what is read; without it there are CUT_PIECES_AHEAD pieces for each file. */
  readonly gate?: TransferGate | undefined;
  readonly cutting?: FileCutting | undefined;
}

/**
 * Reads a file once, from its start to its end, and answers its chunks; undefined when it changed while it was read. Takes the memory of a
 * few pieces, whatever its size. Large files are cut on another thread, where there are threads.
 */
export async function cutContent(
  dependencies: CuttingDependencies,
  content: ContentToCut,
  strategy: ChunkingStrategy,
): Promise<readonly ChunkRef[] | undefined> {
  const { cutting, signal } = dependencies;
  const file = { size: content.size, strategy };
  if (cutting === undefined || content.lend === undefined || file.size < THREAD_FILE_BYTES_MIN) {
    return cutHere(dependencies, content, file);
  }
  const lent = await content.lend();
  if (lent === undefined) return undefined;
  let chunks: readonly CutChunk[] | undefined;
  try {
    chunks = await cutting.cut({ ...file, descriptor: lent.descriptor }, signal);
  } catch (failure) {
    await lent.giveBack();
    throw failure;
  }
  return (await lent.giveBack()) ? chunks?.map(named) : undefined;
}

/** The chunks of a file whose bytes are in memory. */
export async function cutBytes(bytes: Uint8Array, strategy: ChunkingStrategy): Promise<readonly ChunkRef[]> {
  const size = bytes.length;
  if (size === 0) return [];
  if (size <= ONE_CHUNK_BYTES_MAX) return [{ hash: await hashChunk(bytes), size }];
  return withCutter(async (cutter) => {
    cutter.begin({ size, strategy });
    await take(cutter, bytes);
    return (await cutter.end()).map(named);
  });
}

async function cutHere(
  { gate, signal }: CuttingDependencies,
  content: ContentToCut,
  file: CutFile,
): Promise<readonly ChunkRef[] | undefined> {
  const pieces = Array.from({ length: Math.ceil(file.size / CUT_PIECE_BYTES) }, (_, index) => index * CUT_PIECE_BYTES);
  return withCutter(async (cutter) => {
    cutter.begin(file);
    let isWhole = true;
    const hasAll = (): boolean => isWhole;
    // Resolved when the piece that was let in last was taken.
    let taken = Promise.resolve();
    const cutPiece = async (start: number, before: Promise<void>): Promise<void> => {
      signal.throwIfAborted();
      const end = Math.min(file.size, start + CUT_PIECE_BYTES);
      const bytes = await content.read({ start, end });
      await before;
      isWhole &&= bytes.length === end - start;
      if (isWhole) await take(cutter, bytes);
    };
    // The gate lets pieces in as they come, so each waits for one that is inside already or was.
    await runBounded(CUT_PIECES_AHEAD, pieces, async (start) => {
      if (!isWhole) return;
      const run = (): Promise<void> => {
        taken = cutPiece(start, taken);
        return taken;
      };
      await (gate === undefined ? run() : gate.run(CUT_PIECE_BYTES, run));
    });
    return hasAll() ? (await cutter.end()).map(named) : undefined;
  });
}

async function take(cutter: ContentCutter, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(bytes.length, start + BLOCK_BYTES);
    cutter.block.set(bytes.subarray(start, end));
    cutter.take(end - start);
    await cutter.settle();
    start = end;
  }
}

/** Each has the memory of a block, which is worth keeping while files follow each other. */
const idleCutters: ContentCutter[] = [];

async function withCutter<T>(task: (cutter: ContentCutter) => Promise<T>): Promise<T> {
  const cutter = idleCutters.pop() ?? new ContentCutter();
  const result = await task(cutter);
  if (idleCutters.length < IDLE_CUTTERS_MAX) idleCutters.push(cutter);
  return result;
}

function named({ hash, size }: CutChunk): ChunkRef {
  return { hash: ChunkHash.parse(hash), size };
}
