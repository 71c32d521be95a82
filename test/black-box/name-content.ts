import { createHash } from 'node:crypto';
import { type ChunkHash, type ChunkRef, ContentHash, chunkingFor, packManifest } from '@syncline/protocol';
import { BLOCK_BYTES, openBoundaryFinder } from '../../client/src/chunking/boundary-finder.ts';
import { ChunkCutter } from '../../client/src/chunking/chunk-cutter.ts';

/** The name under which the service has a content that a device of these tests has stored. */
export function nameContent(bytes: Uint8Array): ContentHash {
  const chunks: ChunkRef[] = [];
  let start = 0;
  for (const end of chunkEnds(bytes)) {
    const chunk = bytes.subarray(start, end);
    chunks.push({ hash: createHash('sha256').update(chunk).digest('hex') as ChunkHash, size: chunk.length });
    start = end;
  }
  return ContentHash.parse(createHash('sha256').update(packManifest(chunks)).digest('hex'));
}

function* chunkEnds(bytes: Uint8Array): Generator<number> {
  const finder = openBoundaryFinder();
  const cutter = new ChunkCutter(finder, { size: bytes.length, strategy: chunkingFor(bytes.length) });
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
    const block = bytes.subarray(start, start + BLOCK_BYTES);
    finder.block.set(block);
    for (let at = 0; at < block.length; ) {
      const end = cutter.next(at, block.length);
      if (end !== undefined) yield start + end;
      at = end ?? block.length;
    }
    finder.turn(block.length);
  }
}
