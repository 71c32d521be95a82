/** Which chunks of a manifest are confirmed: one bit a chunk, in order, most significant bit first. */
export function emptyBits(chunkCount: number): Uint8Array {
  return new Uint8Array(Math.ceil(chunkCount / 8));
}

export function isSet(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;
}

/** A copy in which these bits are set too. */
export function withBits(bits: Uint8Array, indexes: Iterable<number>): Uint8Array {
  const copy = bits.slice();
  for (const index of indexes) copy[index >> 3] = (copy[index >> 3] ?? 0) | (0x80 >> (index & 7));
  return copy;
}
