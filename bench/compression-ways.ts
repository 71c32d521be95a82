import { constants, deflateRawSync, inflateRawSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { KiB, PACK_BYTES_MAX } from '@syncline/protocol';

/** What is stored of chunks, or of packs of them: each piece compressed where that makes it smaller, else as it is. */
export interface Stored {
  readonly pieces: readonly { readonly bytes: Buffer; readonly isCompressed: boolean }[];
  readonly bytes: number;
}

export interface CompressionWay {
  readonly name: string;
  /** Whether a few samples decide if a chunk is compressed at all. */
  readonly isSampled: boolean;
  readonly codec: Codec;
  /** All chunks of a pack as one piece: smaller, but a chunk can no more be read alone. */
  readonly isWholePack: boolean;
}

interface Codec {
  compress(bytes: Buffer): Buffer;
  decompress(bytes: Buffer): Buffer;
}

const SAMPLES = 3;
const SAMPLE_BYTES = 4 * KiB;
/** What saves less is not worth what it costs to open it. */
const SHARE_MAX = 0.95;

const FAST = zstd(1);
const NORMAL = zstd(3);
/** What browsers open by themselves. Source: WHATWG, "Compression". */
const DEFLATE: Codec = { compress: (bytes) => deflateRawSync(bytes), decompress: (bytes) => inflateRawSync(bytes) };

export const COMPRESSION_WAYS: readonly CompressionWay[] = [
  { name: 'each chunk, zstd 1', codec: FAST, isSampled: false, isWholePack: false },
  { name: 'each chunk, zstd 3', codec: NORMAL, isSampled: false, isWholePack: false },
  { name: 'each chunk, zstd 1, sampled', codec: FAST, isSampled: true, isWholePack: false },
  { name: 'each chunk, zstd 3, sampled', codec: NORMAL, isSampled: true, isWholePack: false },
  { name: 'each chunk, deflate 6, sampled', codec: DEFLATE, isSampled: true, isWholePack: false },
  { name: 'whole packs, zstd 3', codec: NORMAL, isSampled: false, isWholePack: true },
];

/** What is stored of these chunks in this way. */
export function storeChunks({ codec, isSampled, isWholePack }: CompressionWay, chunks: readonly Buffer[]): Stored {
  let bytes = 0;
  const pieces = (isWholePack ? packsOf(chunks) : chunks).map((chunk) => {
    const frame = isSampled && !isWorthIt(chunk) ? undefined : codec.compress(chunk);
    const isCompressed = frame !== undefined && frame.length <= chunk.length * SHARE_MAX;
    const piece = { bytes: isCompressed ? frame : chunk, isCompressed };
    bytes += piece.bytes.length;
    return piece;
  });
  return { pieces, bytes };
}

/** What was stored, as it was before. */
export function restoreChunks({ codec }: CompressionWay, { pieces }: Stored): readonly Buffer[] {
  return pieces.map(({ bytes, isCompressed }) => (isCompressed ? codec.decompress(bytes) : bytes));
}

function zstd(level: number): Codec {
  const options = { params: { [constants.ZSTD_c_compressionLevel]: level } };
  return { compress: (bytes) => zstdCompressSync(bytes, options), decompress: (bytes) => zstdDecompressSync(bytes) };
}

/** Whether a few samples of a chunk become smaller. What is hardly longer than they are is tried itself. */
function isWorthIt(chunk: Buffer): boolean {
  if (chunk.length <= 2 * SAMPLES * SAMPLE_BYTES) return true;
  const step = Math.floor((chunk.length - SAMPLE_BYTES) / (SAMPLES - 1));
  const samples = Array.from({ length: SAMPLES }, (_none, index) =>
    chunk.subarray(index * step, index * step + SAMPLE_BYTES),
  );
  const sample = Buffer.concat(samples);
  return FAST.compress(sample).length <= sample.length * SHARE_MAX;
}

function packsOf(chunks: readonly Buffer[]): readonly Buffer[] {
  const packs: Buffer[] = [];
  let [members, bytes]: [Buffer[], number] = [[], 0];
  for (const chunk of chunks) {
    if (bytes + chunk.length > PACK_BYTES_MAX) {
      packs.push(Buffer.concat(members));
      [members, bytes] = [[], 0];
    }
    members.push(chunk);
    bytes += chunk.length;
  }
  return members.length === 0 ? packs : [...packs, Buffer.concat(members)];
}
