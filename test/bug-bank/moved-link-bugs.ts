import type { PlantedBug } from './planted-bug.ts';

const MOVED = 'test/scenarios/moved-link.test.ts';

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
      test: 'a copy takes the place of a folder that is gone, and what the copy lacks is no deletion',
    },
  },
  {
    id: 'copies-take-the-link',
    what: 'A copy of a linked folder takes its link away, though that folder is still there.',
    invariant: 'I-15',
    file: 'client/src/cli/link-command.ts',
    find: "  if (stray?.kind === 'copied') throw copyOf(wanted.path, stray.folder);\n",
    replace: '  void copyOf;\n',
    caughtBy: { file: MOVED, test: 'a copy of a linked folder that is still there is refused, with what to do' },
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
      test: 'a folder that another sign-in has linked is named with whose it is, and is not synced',
    },
  },
];
