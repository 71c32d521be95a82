import { fileSourceOf } from '../../../web/src/transfers/file-source.ts';
import type { Passed, ReadingWay } from '../probe-results.ts';

/** As long as the pieces in which uploads read, and as many of them at once. */
const PIECE_BYTES = 2 * 1024 * 1024;
const LANES = 2;

interface Wanted {
  readonly way: ReadingWay;
  readonly file: File;
}

type ReadPiece = (file: File, start: number) => Promise<void>;

/** Reads all of a file once and hashes it, piece by piece. */
const page = globalThis as unknown as {
  postMessage(passed: Passed): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<Wanted>) => void): void;
};
page.addEventListener('message', ({ data: { way, file } }) => {
  const begun = performance.now();
  void readAll(file, WAYS[way]).then(() => page.postMessage({ bytes: file.size, ms: performance.now() - begun }));
});

async function readAll(file: File, readPiece: ReadPiece): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < file.size) {
      const start = next;
      next += PIECE_BYTES;
      await readPiece(file, start);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

const pieceOf = (file: File, start: number): Blob => file.slice(start, start + PIECE_BYTES);

/** Pieces that are not in use. */
const idle: Uint8Array<ArrayBuffer>[] = [];

const WAYS: Readonly<Record<ReadingWay, ReadPiece>> = {
  'as uploads do': async (file, start) => {
    const end = Math.min(file.size, start + PIECE_BYTES);
    await hash(await fileSourceOf(file).read({ start, end }));
  },
  'by arrayBuffer()': async (file, start) => hash(new Uint8Array(await pieceOf(file, start).arrayBuffer())),
  'by arrayBuffer(), freed by transfer(0)': async (file, start) => {
    const buffer = await pieceOf(file, start).arrayBuffer();
    await hash(new Uint8Array(buffer));
    buffer.transfer(0);
  },
  'by stream() into memory that is used again': async (file, start) => {
    const bytes = idle.pop() ?? new Uint8Array(PIECE_BYTES);
    const reader = pieceOf(file, start).stream().getReader();
    let length = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      bytes.set(part.value, length);
      length += part.value.length;
    }
    await hash(bytes.subarray(0, length));
    idle.push(bytes);
  },
};

async function hash(bytes: Uint8Array): Promise<void> {
  await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
}
