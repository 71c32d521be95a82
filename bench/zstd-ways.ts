import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { KiB, MiB } from '@syncline/protocol';

/** What is stored of chunks: each as it is or as a frame of zstd, or all of a pack as one frame. */
export interface Stored {
  readonly pieces: readonly { readonly bytes: Buffer; readonly isCompressed: boolean }[];
  readonly bytes: number;
}

/** A way to store chunks. */
export interface ZstdWay {
  readonly name: string;
  /** Whether a few samples decide if a chunk is compressed at all. */
  readonly isSampled: boolean;
  store(chunks: readonly Buffer[]): Stored;
}

/** As large as a pack of chunks may be. */
const PACK_BYTES_MAX = 8 * MiB;
const SAMPLES = 3;
const SAMPLE_BYTES = 4 * KiB;
/** A frame that saves less is not worth what it costs to open it. */
const SHARE_MAX = 0.95;

export const ZSTD_WAYS: readonly ZstdWay[] = [
  {
    name: 'each chunk, level 1',
    isSampled: false,
    store: (chunks) => storeEach(chunks, (chunk) => compress(chunk, 1)),
  },
  {
    name: 'each chunk, level 3',
    isSampled: false,
    store: (chunks) => storeEach(chunks, (chunk) => compress(chunk, 3)),
  },
  {
    name: 'each chunk, level 1, sampled',
    isSampled: true,
    store: (chunks) => storeEach(chunks, (chunk) => (isWorthIt(chunk) ? compress(chunk, 1) : undefined)),
  },
  {
    name: 'each chunk, level 3, sampled',
    isSampled: true,
    store: (chunks) => storeEach(chunks, (chunk) => (isWorthIt(chunk) ? compress(chunk, 3) : undefined)),
  },
  {
    name: 'whole packs, level 3',
    isSampled: false,
    store: (chunks) => storeEach(packsOf(chunks), (pack) => compress(pack, 3)),
  },
];

/** What was stored, as it was before. */
export function restore({ pieces }: Stored): readonly Buffer[] {
  return pieces.map(({ bytes, isCompressed }) => (isCompressed ? zstdDecompressSync(bytes) : bytes));
}

function storeEach(chunks: readonly Buffer[], compressed: (chunk: Buffer) => Buffer | undefined): Stored {
  let bytes = 0;
  const pieces = chunks.map((chunk) => {
    const frame = compressed(chunk);
    const isCompressed = frame !== undefined && frame.length <= chunk.length * SHARE_MAX;
    const piece = { bytes: isCompressed ? frame : chunk, isCompressed };
    bytes += piece.bytes.length;
    return piece;
  });
  return { pieces, bytes };
}

function compress(bytes: Buffer, level: number): Buffer {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });
}

/** Whether a few samples of a chunk become smaller. What is hardly longer than they are is tried itself. */
function isWorthIt(chunk: Buffer): boolean {
  if (chunk.length <= 2 * SAMPLES * SAMPLE_BYTES) return true;
  const step = Math.floor((chunk.length - SAMPLE_BYTES) / (SAMPLES - 1));
  const samples = Array.from({ length: SAMPLES }, (_none, index) =>
    chunk.subarray(index * step, index * step + SAMPLE_BYTES),
  );
  const sample = Buffer.concat(samples);
  return compress(sample, 1).length <= sample.length * SHARE_MAX;
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
