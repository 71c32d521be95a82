import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from '@jest/globals';
import { ChunkHash, type ChunkRef, type ContentAmongOthers } from '@syncline/protocol';
import { nameNow } from '../transfers/hashing.ts';
import { type Nearby, writeLoneChunk } from './nearby-chunks.ts';

const BYTES = Buffer.from('what is in the file');
const OTHERS = Buffer.from('what is in another.');

const refOf = (bytes: Uint8Array): ChunkRef => ({
  hash: ChunkHash.parse(createHash('sha256').update(bytes).digest('hex')),
  size: bytes.length,
});

function contentOf(bytes: Uint8Array, chunks: readonly ChunkRef[] = [refOf(bytes)]): ContentAmongOthers {
  return {
    rev: 1,
    size: bytes.length,
    contentHash: nameNow(bytes)?.contentHash as ContentAmongOthers['contentHash'],
    chunking: 'cdc-1m-v1',
    chunks: [...chunks],
    expiresAt: '2026-01-01T00:00:00.000Z',
  };
}

let written: { readonly offset: number; readonly bytes: Uint8Array }[];
let asked: ChunkHash[];
beforeEach(() => {
  written = [];
  asked = [];
});

/** Where these bytes are on the disk, and those come from the store. */
function nearbyWith(given: { readonly onDisk?: Uint8Array; readonly fromStore?: Uint8Array }): Nearby {
  return {
    into: {
      readSync: () => new Uint8Array(0),
      write: async (offset, bytes) => void written.push({ offset, bytes }),
    },
    local: { read: async () => given.onDisk },
    manifests: { find: () => [] },
    lookahead: {
      bytesOf: async ({ hash }) => {
        asked.push(hash);
        return given.fromStore;
      },
    },
  };
}

test('a content of one chunk that comes with its neighbours is written', async () => {
  expect(await writeLoneChunk(nearbyWith({ fromStore: BYTES }), contentOf(BYTES))).toBe(true);
  expect(written).toEqual([{ offset: 0, bytes: BYTES }]);
});

test('what stands on the disk already is taken from there, and not asked for', async () => {
  expect(await writeLoneChunk(nearbyWith({ onDisk: BYTES, fromStore: BYTES }), contentOf(BYTES))).toBe(true);
  expect(written).toHaveLength(1);
  expect(asked).toEqual([]);
});

test('bytes that are not of the name are not written, wherever they come from', async () => {
  expect(await writeLoneChunk(nearbyWith({ onDisk: OTHERS, fromStore: OTHERS }), contentOf(BYTES))).toBe(false);
  expect(written).toEqual([]);
  expect(await writeLoneChunk(nearbyWith({ onDisk: OTHERS, fromStore: BYTES }), contentOf(BYTES))).toBe(true);
  expect(written).toEqual([{ offset: 0, bytes: BYTES }]);
});

test('a content of more chunks, of none, of another length, or of more pages is left to a download', async () => {
  const whole = contentOf(BYTES);
  const others = [
    contentOf(BYTES, [...whole.chunks, refOf(OTHERS)]),
    contentOf(BYTES, []),
    { ...whole, size: whole.size + 1 },
    { ...whole, nextPage: 'more' },
  ];
  for (const content of others) expect(await writeLoneChunk(nearbyWith({ fromStore: BYTES }), content)).toBe(false);
  expect([written, asked]).toEqual([[], []]);
});
