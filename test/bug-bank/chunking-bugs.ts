import type { PlantedBug } from './planted-bug.ts';

const CUTTER = 'client/src/chunking/chunk-cutter.test.ts';
const SCENARIOS = 'test/scenarios/contents-cut-otherwise.test.ts';

/** Errors in where chunks end, in how they are read, and in the names of what was cut otherwise. */
export const CHUNKING_BUGS: readonly PlantedBug[] = [
  {
    id: 'block-ends-forgotten',
    what: 'A boundary at the start of a block is decided without the bytes before it, so chunks hang on how a file was read.',
    invariant: 'I-12',
    file: 'client/src/chunking/boundary-finder.ts',
    find: 'bytes.copyWithin(nextStart - WINDOW_BYTES, start + length - WINDOW_BYTES, start + length);',
    replace: 'assert(length >= 0, "a block has a length");',
    caughtBy: { file: CUTTER, test: 'a boundary is found wherever between the bytes that make it a block ends' },
  },
  {
    id: 'more-chunks-than-a-manifest',
    what: 'A file whose bytes have very many boundaries is cut into more chunks than a manifest holds, and is never stored.',
    invariant: 'I-12',
    file: 'protocol/src/chunking.ts',
    find: 'return Math.max(bytesMin, place.bytesLeft - chunksLeft * bytesMax);',
    replace: 'return Math.max(bytesMin, -chunksLeft * bytesMax);',
    caughtBy: {
      file: CUTTER,
      test: 'no file up to the largest has more chunks than a manifest holds, whatever its bytes are',
    },
  },
  {
    id: 'one-way-of-cutting',
    what: 'A file that the service has cut in another way counts as edited, and becomes a conflict with itself.',
    invariant: 'I-15',
    file: 'client/src/sync/api-remote.ts',
    find: 'for (const strategy of [usual, ...(isTold ? others : [])]) {',
    replace: 'for (const strategy of [usual, ...(isTold ? others : [])].slice(0, 1)) {',
    caughtBy: {
      file: SCENARIOS,
      test: 'a folder that has the same file already agrees at the first link: nothing is sent, and nothing is a conflict',
    },
  },
  {
    id: 'chunks-of-a-changed-file',
    what: 'A file that changed while a thread cut it is stored as bytes that it never had.',
    invariant: 'I-7',
    file: 'client/src/transfers/cut-content.ts',
    find: 'return (await lent.giveBack()) ? chunks?.map(named) : undefined;',
    replace: 'await lent.giveBack();\n  return chunks?.map(named);',
    caughtBy: {
      file: 'client/src/platform/node/cutting-threads.test.ts',
      test: 'a file that changed meanwhile, or that ends early, has no chunks',
    },
  },
];
