import { readSync } from 'node:fs';
import type { CutFile } from '../../chunking/chunk-cutter.ts';
import type { ContentCutter, CutChunk } from '../../chunking/content-cutter.ts';

/** A file that is open under the operating system's number for it. */
export type OpenFile = CutFile & { readonly descriptor: number };

/**
 * Reads an open file from its start to its size, straight into the memory in which it is cut, and holds the thread as long;
 * undefined when it ends before.
 */
export async function cutOpenFile(
  cutter: ContentCutter,
  { descriptor, ...file }: OpenFile,
): Promise<readonly CutChunk[] | undefined> {
  cutter.begin(file);
  for (let at = 0; at < file.size; ) {
    const length = readSync(descriptor, cutter.block, 0, cutter.blockBytes, at);
    if (length === 0) return undefined;
    cutter.take(length);
    at += length;
  }
  return cutter.end();
}
