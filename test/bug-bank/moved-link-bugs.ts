import type { PlantedBug } from './planted-bug.ts';

const MOVED = 'client/src/platform/node/moved-link.test.ts';

/** Linked folders that were moved or copied, or are another sign-in's. */
export const MOVED_LINK_BUGS: readonly PlantedBug[] = [
  {
    id: 'copies-go-on-as-the-original',
    what: 'A copy of a linked folder goes on with what was agreed on of the original, and what it lacks is deleted at the service.',
    invariant: 'I-15',
    file: 'client/src/platform/node/moved-link.ts',
    find: '      return kept.length * 2 >= rows.length;\n',
    replace: '      return kept.length >= 0;\n',
    caughtBy: {
      file: MOVED,
      test: 'a copy is told from the folder that it was made of, and has other objects',
    },
  },
  {
    id: 'copies-take-the-link',
    what: 'A copy of a linked folder takes its link away, though that folder is still there.',
    invariant: 'I-15',
    file: 'client/src/platform/node/moved-link.ts',
    find: "return { kind: isGone ? 'moved' : 'copied', folder };",
    replace: "return { kind: isGone ? 'moved' : 'moved', folder };",
    caughtBy: { file: MOVED, test: 'a copy is told from the folder that it was made of, and has other objects' },
  },
  {
    id: 'folders-of-others-are-synced',
    what: 'A folder that another sign-in has linked is synced under the present one.',
    invariant: 'I-18',
    file: 'client/src/platform/node/foreign-link.ts',
    find: 'if (accountId === undefined || accountId === present.accountId) return undefined;',
    replace: 'if (accountId === undefined || present.accountId !== undefined) return undefined;',
    caughtBy: {
      file: MOVED,
      test: 'of whom a folder is, is told under every other sign-in',
    },
  },
  {
    id: 'links-around-others',
    what: 'A folder around one that another installation syncs is linked, and both send what the other keeps for itself.',
    invariant: 'I-12',
    file: 'client/src/platform/node/linked-below.ts',
    find: 'else if (folder !== path && (await',
    replace: 'else if (folder === path && (await',
    caughtBy: {
      file: 'client/src/platform/node/linked-below.test.ts',
      test: 'a folder that another installation has linked is found, however deep it lies',
    },
  },
  {
    id: 'another-folder-goes-on',
    what: 'A folder that was put where a linked one stood takes over what was agreed on: what it lacks is deleted.',
    invariant: 'I-1',
    file: 'client/src/platform/node/moved-link.ts',
    find: "folder.path === path ? await readRootMarker(path) : 'missing';",
    replace: "folder.path === path ? folder : 'missing';",
    caughtBy: {
      file: 'client/src/platform/node/moved-link.test.ts',
      test: 'a folder that has lost its marker is the linked one still, and another one in its place is not',
    },
  },
];
