import type { PlantedBug } from './planted-bug.ts';

const HISTORIES = 'test/scenarios/offline-changes.property.test.ts';
const NOTHING_LOST =
  'no content that anybody wrote is lost or stored twice, and changes leave the queue in their order';
const QUEUE = 'web/src/offline/change-queue.ts';
const MEETING = 'web/src/offline/meet-conflict.ts';

/** Errors of the web app in what it keeps, and in what waits to be sent, while there is no network. */
export const OFFLINE_BUGS: readonly PlantedBug[] = [
  {
    id: 'own-edits-conflict',
    what: 'A second edit of a file without a network meets the first one as a conflict.',
    invariant: 'I-12',
    file: QUEUE,
    find: 'isContent && edit.on === localRevOf(earlier)',
    replace: 'false',
    caughtBy: {
      file: HISTORIES,
      test: 'what nobody else has touched is asked about by nobody, and stands as the person has made it',
    },
  },
  {
    id: 'theirs-kept-mine-dropped',
    what: 'Who keeps what another device has written loses his own content, which is not even kept as a revision.',
    invariant: 'I-7',
    file: MEETING,
    find: 'if (change.choice === settled) return',
    replace:
      "if (settled === 'keep_theirs') return ended(change, 'chosen');\n      if (change.choice === settled) return",
    caughtBy: { file: HISTORIES, test: NOTHING_LOST },
  },
  {
    id: 'no-place-no-bytes',
    what: 'A file that was made in a folder which another device has deleted is dropped with its bytes.',
    invariant: 'I-7',
    file: MEETING,
    find: 'if (isNewContent(change.edit)) return rescued(change, because);',
    replace: '',
    caughtBy: { file: HISTORIES, test: NOTHING_LOST },
  },
  {
    id: 'questions-are-passed-by',
    what: 'While a person is asked about a change, later ones go before it.',
    invariant: 'I-7',
    file: QUEUE,
    find: "if (change.state === 'asking') return undefined;",
    replace: "if (change.state === 'asking') continue;",
    caughtBy: { file: HISTORIES, test: NOTHING_LOST },
  },
  {
    id: 'left-folders-are-kept',
    what: 'What lies in a folder that was moved away stays among what is available offline.',
    invariant: 'I-12',
    file: 'web/src/offline/kept-tree.ts',
    find: 'nodes: reachable({ marks, nodes: next })',
    replace: 'nodes: next',
    caughtBy: {
      file: 'web/src/offline/kept-tree.test.ts',
      test: 'what is kept is what lies below what was marked, however it came there, in batches of any size',
    },
  },
  {
    id: 'mixed-lines-are-made-one',
    what: 'The editor changes line ends that nobody has touched.',
    invariant: 'I-7',
    file: 'web/src/features/editor/text-form.ts',
    find: 'if (ends.size > 1) return undefined;',
    replace: '',
    caughtBy: { file: 'web/src/features/editor/text-form.test.ts', test: 'lines of two kinds is not opened' },
  },
];
