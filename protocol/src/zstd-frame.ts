import { FRAME_WINDOW_BYTES_MAX } from './limits.ts';
import { KiB } from './units.ts';

/**
 * Whether these bytes are one frame of zstd and nothing more, that promises exactly `size` bytes, with a window of at most
 * FRAME_WINDOW_BYTES_MAX, no dictionary, and no checksum of its own. It is known before anything is opened; what the frame holds is not:
 * it has to be opened, bounded by `size`, and hashed. Decoders alone do not do: they pass over what follows a frame.
 * Cost: the headers of its blocks, of which each is up to 128 KiB.
 *
 * Source: RFC 8878, section 3.1.1
 */
export function isFrameOf(size: number, bytes: Uint8Array): boolean {
  const header = readHeader(bytes);
  if (header === undefined || header.contentBytes !== size || header.windowBytes > FRAME_WINDOW_BYTES_MAX) return false;
  return endOfBlocks(bytes, header.end) === bytes.length;
}

interface FrameHeader {
  readonly contentBytes: number;
  readonly windowBytes: number;
  /** Where the first block begins. */
  readonly end: number;
}

const MAGIC: readonly number[] = [0x28, 0xb5, 0x2f, 0xfd];
const SINGLE_SEGMENT = 0x20;
/** A reserved bit, a checksum, or a dictionary. */
const REFUSED_FLAGS = 0x0f;

/** Undefined of what is no such header, or does not say how many bytes the frame holds. */
function readHeader(bytes: Uint8Array): FrameHeader | undefined {
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) return undefined;
  const descriptor = bytes[MAGIC.length] ?? REFUSED_FLAGS;
  if ((descriptor & REFUSED_FLAGS) !== 0) return undefined;
  const isSingle = (descriptor & SINGLE_SEGMENT) !== 0;
  const windowAt = MAGIC.length + 1;
  const contentAt = isSingle ? windowAt : windowAt + 1;
  const content = readContentBytes(bytes, { at: contentAt, flag: descriptor >> 6, isSingle });
  if (content === undefined) return undefined;
  const windowBytes = isSingle ? content.value : windowOf(bytes[windowAt] ?? 0);
  return { contentBytes: content.value, windowBytes, end: contentAt + content.length };
}

interface ContentField {
  readonly at: number;
  /** 0 to 3: how long the field is. */
  readonly flag: number;
  readonly isSingle: boolean;
}

/** A length of eight bytes is no chunk's. */
function readContentBytes(bytes: Uint8Array, { at, flag, isSingle }: ContentField) {
  if (flag === 0) return isSingle ? { value: littleEndian(bytes, at, 1), length: 1 } : undefined;
  if (flag === 1) return { value: littleEndian(bytes, at, 2) + 0x100, length: 2 };
  return flag === 2 ? { value: littleEndian(bytes, at, 4), length: 4 } : undefined;
}

function windowOf(descriptor: number): number {
  const base = KiB * 2 ** (descriptor >> 3);
  return base + (base / 8) * (descriptor & 7);
}

const BLOCK_HEADER_BYTES = 3;
const RUN_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** The end of the last block; undefined when there is none. Each step goes on by a header at least. */
function endOfBlocks(bytes: Uint8Array, start: number): number | undefined {
  for (let at = start; at + BLOCK_HEADER_BYTES <= bytes.length; ) {
    const header = littleEndian(bytes, at, BLOCK_HEADER_BYTES);
    const type = (header >> 1) & 3;
    if (type === RESERVED_BLOCK) return undefined;
    at += BLOCK_HEADER_BYTES + (type === RUN_BLOCK ? 1 : header >> 3);
    if ((header & 1) === 1) return at;
  }
  return undefined;
}

/** Bytes beyond the end count as zeros. */
function littleEndian(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let index = length - 1; index >= 0; index--) value = value * 0x100 + (bytes[at + index] ?? 0);
  return value;
}
