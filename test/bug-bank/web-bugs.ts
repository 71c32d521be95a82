import type { PlantedBug } from './planted-bug.ts';

const LISTING = 'web/src/features/files/listing.test.ts';
const SORTING = 'web/src/features/files/sort-entries.test.ts';
const SELECTION = 'web/src/features/files/selection.test.ts';

/** Errors of the web app in what is shown and what is chosen: a browser is a device, too. */
export const WEB_BUGS: readonly PlantedBug[] = [
  {
    id: 'old-news-changes-listings',
    what: 'A listing takes news that is older than what it has.',
    invariant: 'I-12',
    file: 'web/src/features/files/listing.ts',
    find: 'if (present !== undefined && present.rev >= node.rev) continue;',
    replace: '',
    caughtBy: { file: LISTING, test: 'is not changed by news that is older than what it has' },
  },
  {
    id: 'moved-away-stays-listed',
    what: 'What was moved into another folder stays in the listing of the first one.',
    invariant: 'I-12',
    file: 'web/src/features/files/listing.ts',
    find: 'else nodes.delete(node.nodeId);',
    replace: '',
    caughtBy: { file: LISTING, test: 'renames, and lets go what was moved away or deleted' },
  },
  {
    id: 'sorted-on-loses-the-end',
    what: 'What belongs behind the last entry is lost when a listing is sorted on.',
    invariant: 'I-12',
    file: 'web/src/features/files/sort-entries.ts',
    find: 'return [...all, ...b.slice(next)];',
    replace: 'return all;',
    caughtBy: {
      file: SORTING,
      test: 'what is sorted on from an earlier listing is as if it was sorted from the start',
    },
  },
  {
    id: 'gone-entries-stay-chosen',
    what: 'What another device has deleted stays chosen, so that the next command is about it.',
    invariant: 'I-12',
    file: 'web/src/features/files/selection.ts',
    find: 'const kept = [...chosen].filter((id) => present.has(id));',
    replace: 'const kept = [...chosen];',
    caughtBy: {
      file: SELECTION,
      test: 'loses what is gone, and the keyboard goes to what stands in its place',
    },
  },
];
