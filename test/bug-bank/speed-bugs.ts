import type { PlantedBug } from './planted-bug.ts';

/** Errors in what does the same as something slower. */
export const SPEED_BUGS: readonly PlantedBug[] = [
  {
    id: 'unknown-fields-fit',
    what: 'A field that no schema knows passes, because an object that has all known ones is taken as it is.',
    invariant: 'I-9',
    file: 'protocol/src/plain-fit.ts',
    find: 'return there === 0;',
    replace: 'return there <= 0;',
    caughtBy: {
      file: 'protocol/src/plain-fit.test.ts',
      test: 'an object with fields that the schema would take away does not fit',
    },
  },
  {
    id: 'quick-read-trusts-its-first-look',
    what: 'A small file that is written to while it is read at once counts as the one that the plan saw.',
    invariant: 'I-7',
    file: 'client/src/platform/node/read-in-state.ts',
    find: 'const isSame = read === into.length && sameState(identityOf(file.stat()), identity);',
    replace: 'const isSame = read === into.length;',
    caughtBy: {
      file: 'client/src/platform/node/read-in-state.test.ts',
      test: 'a file that is written to while it is read at once is told as changed',
    },
  },
  {
    id: 'files-read-over-each-other',
    what: 'A small file is read into the memory of the one before it, which is not sent yet.',
    invariant: 'I-1',
    file: 'client/src/transfers/file-memory.ts',
    find: '    this.#used += bytes;\n',
    replace: '',
    caughtBy: {
      file: 'client/src/transfers/file-memory.test.ts',
      test: 'no two files that are kept share memory, and each has as much as it asked for',
    },
  },
  {
    id: 'buried-ids-are-drawn-again',
    what: 'A new file keeps an id that the service has buried, and is refused for ever.',
    invariant: 'I-12',
    file: 'client/src/engine/local-disk.ts',
    find: 'this.#fresh = new Set();',
    replace: '',
    caughtBy: {
      file: 'client/src/engine/identify-local.test.ts',
      test: 'what is new keeps the id that its listing made up, and gets another one each time that this is decided again',
    },
  },
  {
    id: 'neighbours-are-fetched-apart',
    what: 'Files that lie together in a pack are fetched one of each folder in turn, each by a request of its own.',
    invariant: 'I-12',
    file: 'client/src/engine/transfer-queue.ts',
    find: '    ordered.push(...files.slice(start, start + NEIGHBOUR_FILES).toSorted(compare));\n',
    replace: '    ordered.push(...files.slice(start, start + NEIGHBOUR_FILES));\n    void compare;\n',
    caughtBy: {
      file: 'test/scenarios/many-small-files.test.ts',
      test: 'small files that were written across their folders come to another device by few requests to the store',
    },
  },
];
