import type { PlantedBug } from './planted-bug.ts';

const FILES = 'test/scenarios/held-back-files.test.ts';

/** Files whose bytes do not get through, and what must not wait for them. */
export const HELD_BACK_BUGS: readonly PlantedBug[] = [
  {
    id: 'one-file-stops-all-uploads',
    what: 'One file that something on the way holds back stops all that is sent and fetched, and is never named.',
    invariant: 'I-12',
    file: 'client/src/transfers/upload-group.ts',
    find: "  onOutcome(index, { kind: 'held-back', cause: failure });\n  return true;",
    replace: '  void onOutcome;\n  void index;\n  return false;',
    caughtBy: { file: FILES, test: 'of 5 contents all but the one that does not get through are stored' },
  },
  {
    id: 'one-file-stops-its-pack',
    what: 'A pack with one file that something on the way holds back is never taken apart.',
    invariant: 'I-12',
    file: 'client/src/transfers/send-pack.ts',
    find: "    if (isOfOnePack(dependencies, failure)) return { kind: 'held-back' };\n",
    replace: '    void isOfOnePack;\n',
    caughtBy: { file: FILES, test: 'of 60 contents all but the one that does not get through are stored' },
  },
  {
    id: 'one-file-stops-all-downloads',
    what: 'One file that does not come from the store stops all that is fetched.',
    invariant: 'I-12',
    file: 'client/src/sync/api-remote.ts',
    find: '  if (!(failure instanceof StoreUnavailableError)) throw failure;',
    replace: "  if (!(failure instanceof StoreUnavailableError) || failure.scope !== 'store') throw failure;",
    caughtBy: {
      file: FILES,
      test: 'a file that never comes from the store keeps back none of 3 others, nor what is sent',
    },
  },
  {
    id: 'store-is-never-down',
    what: 'Where the store answers nobody, each file finds that out for itself, and is called held back.',
    invariant: 'I-12',
    file: 'client/src/transfers/store-health.ts',
    find: "if (this.#strikes <= STORE_STRIKES_MAX) return 'unknown';",
    replace: "if (this.#strikes <= STORE_STRIKES_MAX * 1e6) return 'unknown';",
    caughtBy: {
      file: 'client/src/transfers/store-health.test.ts',
      test: 'a few chunks that fail in a row are of their files; with one more the store counts as down',
    },
  },
  {
    id: 'the-same-files-find-the-store-down',
    what: 'Of many files that are held back the same few are tried for ever, and nothing else gets its turn.',
    invariant: 'I-12',
    file: 'client/src/engine/execute-uploads.ts',
    find: 'if (upload === undefined || rests(execution, upload)) continue;',
    replace: 'if (upload === undefined) continue;\n      void rests;',
    caughtBy: {
      file: FILES,
      test: 'many files that never get to the store are found one after the other, and nothing else waits for ever',
    },
  },
  {
    id: 'cancelled-files-are-stored',
    what: 'A small file that was cancelled in the web app is stored all the same.',
    invariant: 'I-12',
    file: 'web/src/transfers/upload-queue.ts',
    find: "    if (!isOver(file.item.status)) file.item = { ...file.item, status: 'skipped' };\n",
    replace: '',
    caughtBy: {
      file: 'web/test/cancelled-uploads.test.ts',
      test: 'of uploads that are all cancelled nothing is stored',
    },
  },
  {
    id: 'packs-stay-in-their-cell',
    what: 'Small files for a namespace that is in another cell are refused for ever.',
    invariant: 'I-12',
    file: 'client/src/transfers/send-pack.ts',
    find: "problem.code === 'moved' || ",
    replace: '',
    caughtBy: {
      file: 'test/scenarios/cells.test.ts',
      test: '40 small files for a namespace of another cell are stored there',
    },
  },
];
