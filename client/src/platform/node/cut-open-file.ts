import { read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { BLOCK_BYTES } from '../../chunking/boundary-finder.ts';
import type { CutFile } from '../../chunking/chunk-cutter.ts';
import type { ContentCutter, CutChunk } from '../../chunking/content-cutter.ts';
import { READ_AHEAD_BLOCKS, SLOW_READ_MS } from './limits.ts';

/** A file that is open under the operating system's number for it. */
export type OpenFile = CutFile & { readonly descriptor: number };

export interface ReadingOptions {
  /** Reads on another thread of the process all the while, where a processor is free for it. */
  readonly readsAhead: boolean;
}

/**
 * Reads an open file from its start to its size, straight into the memory in which it is cut; undefined when it ends before. When it
 * answers or throws, nothing reads any more.
 *
 * While a block is cut and hashed the next one is read on another thread: always where `readsAhead` says so, which takes a sixth off the time of
 * a file that the system has in memory, and otherwise after a block that was slow to come, so that the disk does not wait. What is in memory is
 * read on this thread else, which costs least.
 */
export async function cutOpenFile(
  cutter: ContentCutter,
  { descriptor, ...file }: OpenFile,
  { readsAhead }: ReadingOptions,
): Promise<readonly CutChunk[] | undefined> {
  cutter.begin(file);
  let blocksAhead = 0;
  let reading: Promise<number> | undefined;
  for (let at = 0; at < file.size; ) {
    const wanted = Math.min(BLOCK_BYTES, file.size - at);
    const startedMs = performance.now();
    const length = reading === undefined ? readSync(descriptor, cutter.block, 0, wanted, at) : await reading;
    if (length === 0) return undefined;
    blocksAhead = performance.now() - startedMs > SLOW_READ_MS ? READ_AHEAD_BLOCKS : blocksAhead - 1;
    at += length;
    reading =
      (readsAhead || blocksAhead > 0) && at < file.size
        ? readAhead(descriptor, cutter.nextBlock, { at, size: file.size })
        : undefined;
    cutter.take(length);
  }
  return cutter.end();
}

const readLater = promisify(read);

async function readAhead(
  descriptor: number,
  block: Uint8Array,
  { at, size }: { readonly at: number; readonly size: number },
): Promise<number> {
  return (await readLater(descriptor, block, 0, Math.min(BLOCK_BYTES, size - at), at)).bytesRead;
}
