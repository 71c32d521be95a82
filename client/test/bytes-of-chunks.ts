import { FIXED_CHUNK_BYTES } from '@syncline/protocol';

/** Bytes that are cut into `count` different chunks of FIXED_CHUNK_BYTES, and the rest: runs of one byte have no boundaries. */
export function bytesOfChunks(count: number, rest = 0): Buffer {
  const runs = Array.from({ length: count }, (_, index) => Buffer.alloc(FIXED_CHUNK_BYTES, index + 1));
  return Buffer.concat([...runs, Buffer.alloc(rest, 0xff)]);
}
