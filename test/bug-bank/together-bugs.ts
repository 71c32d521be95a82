import type { PlantedBug } from './planted-bug.ts';

const TOGETHER = 'client/src/platform/node/make-durable-together.ts';

/** Errors at files that are placed and made durable together: bytes would be lost with the power, under the names of whole files. */
export const TOGETHER_BUGS: readonly PlantedBug[] = [
  {
    id: 'placing-goes-on-behind-a-failure',
    what: 'Files are put in their places while the next round is under way, after the service did not answer.',
    invariant: 'I-13',
    file: 'client/src/engine/execute-downloads.ts',
    find: 'await endPlacing(placing);',
    replace: 'void endPlacing(placing);',
    caughtBy: {
      file: 'client/src/engine/execute-downloads.test.ts',
      test: 'what was fetched before one fails is in its place when the round ends, and nothing is placed behind that',
    },
  },
  {
    id: 'placed-in-a-successor',
    what: 'A file that comes in goes into whatever folder has the name of the one that somebody has moved away meanwhile, and counts as moved by them.',
    invariant: 'I-12',
    file: 'client/src/platform/node/root-folder.ts',
    find: 'return found !== undefined && (into === undefined || sameFolder(found, into));',
    replace: 'void (into === undefined || sameFolder(into, into));\n  return found !== undefined;',
    caughtBy: {
      file: 'test/scenarios/edit-during-download.test.ts',
      test: 'in a folder that is renamed meanwhile, and has a successor of its name, arrives in the folder’s new place',
    },
  },
  {
    id: 'looks-at-folders-are-kept',
    what: 'Once a folder was found to be where its path says, it counts as there for ever.',
    invariant: 'I-14',
    file: 'client/src/platform/node/root-folder.ts',
    find: '      this.#insideNow.clear();\n',
    replace: '',
    caughtBy: {
      file: 'client/src/platform/node/root-folder.test.ts',
      test: 'a look at a folder holds for all who ask in one go, and for nobody who has waited since',
    },
  },
  {
    id: 'durable-by-word',
    what: 'Files count as durable although their file system did not say so.',
    invariant: 'I-13',
    file: TOGETHER,
    find: 'if (!(await syncFileSystem(directory))) return;',
    replace: 'await syncFileSystem(directory);',
    caughtBy: {
      file: 'client/src/platform/node/make-durable-together.test.ts',
      test: 'what was not made durable together is made durable by itself: its file system does not say so',
    },
  },
  {
    id: 'durable-before-it-is-prepared',
    what: 'Files are made durable before they have their times and permissions.',
    invariant: 'I-13',
    file: TOGETHER,
    find: '    for (const { staged: file, executable, modifiedAtMs } of staged) {\n      await file.prepare({ mode: undefined, executable, modifiedAtMs });\n    }\n    if (!(await syncFileSystem(directory))) return;',
    replace: '    if (!(await syncFileSystem(directory))) return;',
    caughtBy: {
      file: 'client/src/platform/node/make-durable-together.test.ts',
      test: 'files that were made durable together have their times and permissions, and cost one turn of the disk',
    },
  },
];
