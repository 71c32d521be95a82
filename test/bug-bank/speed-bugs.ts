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
    find: 'of files.toSorted(comparePlaces)) {',
    replace: 'of files) {',
    caughtBy: {
      file: 'test/scenarios/many-small-files.test.ts',
      test: 'small files whose times say nothing of their places come by few requests, too',
    },
  },
  {
    id: 'runs-that-made-room-are-lost',
    what: 'Of chunks that were read together and had to make room for others each is asked for, and fetched, by itself.',
    invariant: 'I-12',
    file: 'client/src/transfers/chunk-runs.ts',
    find: '      oldest.reading = undefined;\n',
    replace: '      oldest.reading = Promise.resolve(undefined);\n',
    caughtBy: {
      file: 'client/src/transfers/chunk-runs.test.ts',
      test: 'runs of which not all is taken make room for others, and are read again a few times: the memory of them is bounded',
    },
  },
  {
    id: 'lone-chunks-are-not-compared',
    what: 'What was read with its neighbours is taken for the content of a small file, whatever bytes came.',
    invariant: 'I-2',
    file: 'client/src/sync/nearby-chunks.ts',
    find: '    if (nameNow(bytes)?.contentHash !== contentHash) continue;\n',
    replace: '    void nameNow;\n',
    caughtBy: {
      file: 'client/src/sync/nearby-chunks.test.ts',
      test: 'bytes that are not of the name are not written, wherever they come from',
    },
  },
  {
    id: 'chunks-without-an-address-are-lost',
    what: 'A chunk that a run should have brought, and has not, is given up instead of being asked for by itself.',
    invariant: 'I-12',
    file: 'client/src/transfers/download.ts',
    find: '    if (url === undefined) return false;\n',
    replace: "    if (url === undefined) throw damaged('a chunk without an address');\n",
    caughtBy: {
      file: 'test/scenarios/packed-reads.test.ts',
      test: 'of neighbours that are read together, the one with a wrong byte is asked for and read again, and no other',
    },
  },
  {
    id: 'ended-processes-are-waited-for',
    what: 'A daemon that has ended counts as running for as long as the system keeps its id.',
    invariant: 'I-12',
    file: 'client/src/platform/node/is-running.ts',
    find: '  return !hasEnded(pid);',
    replace: '  void hasEnded;\n  return true;',
    caughtBy: {
      file: 'client/src/platform/node/is-running.test.ts',
      test: 'a process that has ended does not run, though nobody asks for its end',
    },
  },
  {
    id: 'escapes-of-rows-are-taken-as-they-stand',
    what: 'A name with a backslash in it is another one in every answer that has many rows.',
    invariant: 'I-11',
    file: 'lambdas/runtime/parse-rows.ts',
    find: "begin === undefined || text.includes('\\\\')",
    replace: 'begin === undefined',
    caughtBy: {
      file: 'lambdas/runtime/parse-rows.test.ts',
      test: 'a backslash in a text is read as the engine reads it',
    },
  },
  {
    id: 'ids-have-nothing-in-common',
    what: 'Each node that a device writes down changes another page of its database.',
    invariant: 'I-12',
    file: 'protocol/src/ids.ts',
    find: '    bytes.set(beginning);\n',
    replace: '',
    caughtBy: {
      file: 'protocol/src/ids.test.ts',
      test: 'ids that are made in one go lie together, a thousand at a time, and none of them can be guessed from another',
    },
  },
];
