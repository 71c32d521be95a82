import type { PlantedBug } from './planted-bug.ts';

const DROPPED = 'web/test/dropped-folders.test.ts';
const LISTING = 'web/src/features/files/listing.test.ts';
const SORTING = 'web/src/features/files/sort-entries.test.ts';
const ROWS = 'web/src/features/files/row-slots.test.ts';
const PARTS = 'client/src/transfers/send-file-chunk.test.ts';
const WITHOUT_ROOM = 'test/scenarios/edits-without-room.test.ts';
const SELECTION = 'web/src/features/files/selection.test.ts';

/** Errors of the web app in what is shown and what is chosen: a browser is a device, too. */
export const WEB_BUGS: readonly PlantedBug[] = [
  {
    id: 'inside-a-deleted-folder-all-stays',
    what: 'A folder that lies in one that was deleted elsewhere goes on being shown as it was.',
    invariant: 'I-12',
    file: 'web/src/features/files/follow-live.ts',
    find: 'ids[1] === nodeId || isInside === true',
    replace: 'ids[1] === nodeId',
    caughtBy: {
      file: 'web/test/follow-live.test.ts',
      test: 'with a folder that is deleted, what is shown of the folders in it is read anew, and no other',
    },
  },
  {
    id: 'folders-of-an-earlier-drop-are-taken',
    what: 'What is dropped again goes into the folder that an earlier drop has made, which is renamed or deleted since.',
    invariant: 'I-12',
    file: 'web/src/transfers/folder-maker.ts',
    find: "return `${batch}/${path.join('/')}`;",
    replace: "return `${batch.slice(0, 0)}/${path.join('/')}`;",
    caughtBy: {
      file: DROPPED,
      test: 'a folder that was renamed since it was uploaded gets nothing of the next upload of its former name',
    },
  },
  {
    id: 'names-of-long-ago-are-known',
    what: 'A file that was deleted since it was uploaded is said to exist.',
    invariant: 'I-12',
    file: 'web/src/transfers/upload-queue.ts',
    find: '    this.#names.forget();\n',
    replace: '',
    caughtBy: {
      file: DROPPED,
      test: 'of a file that was deleted since it was uploaded it is not said that its name exists',
    },
  },
  {
    id: 'empty-folders-with-bad-names-are-sent',
    what: 'An empty folder whose name cannot be stored keeps all that come with it from being made.',
    invariant: 'I-12',
    file: 'web/src/transfers/queued-file.ts',
    find: 'const folder = foldersOf(record).find(',
    replace: 'const folder = record.folders.find(',
    caughtBy: {
      file: DROPPED,
      test: 'an empty folder whose name cannot be stored is told, and keeps no other from being made',
    },
  },
  {
    id: 'successes-push-out-problems',
    what: 'A message that something went well takes the place of one that something did not.',
    invariant: 'I-12',
    file: 'web/src/ui/toast-stack.ts',
    find: 'kept.filter(isOfKind).slice(0, -room)',
    replace: 'kept.slice(0, -room)',
    caughtBy: { file: 'web/src/ui/toast-stack.test.ts', test: 'what went well pushes out no problem' },
  },
  {
    id: 'hopeless-uploads-are-tried-again',
    what: 'A file whose name nothing can have is sent, and refused, when it is tried again.',
    invariant: 'I-12',
    file: 'web/src/transfers/upload-queue.ts',
    find: "if (file.item.status !== 'failed' || isHopeless(file.item)) continue;",
    replace: "if (file.item.status !== 'failed') continue;",
    caughtBy: {
      file: 'web/test/upload-queue.test.ts',
      test: 'a name that is too long is refused for that, before anything is sent',
    },
  },
  {
    id: 'left-out-uploads-are-not-told',
    what: 'Files that were left out are passed over when uploads are summed up.',
    invariant: 'I-12',
    file: 'web/src/features/transfers/title-of.ts',
    find: 'if (skippedFiles > 0)',
    replace: 'if (skippedFiles < 0)',
    caughtBy: {
      file: 'web/src/features/transfers/title-of.test.ts',
      test: 'uploads that are ["skipped"] are summed up as: 1 file left out',
    },
  },
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
  {
    id: 'scrolled-rows-lose-their-element',
    what: 'A row that stays in sight is drawn into another element, and what is typed in it is lost.',
    invariant: 'I-12',
    file: 'web/src/features/files/row-slots.ts',
    find: 'before.get(id) ?? free.shift()',
    replace: 'free.shift()',
    caughtBy: { file: ROWS, test: 'what stays in sight keeps its element, and no element is for two' },
  },
  {
    id: 'parts-of-files-are-read-into-memory',
    what: 'A browser reads each chunk into memory to send it, where nothing collects it.',
    invariant: 'I-12',
    file: 'client/src/transfers/send-file-chunk.ts',
    find: 'content.part?.(chunk.place)',
    replace: 'undefined as Blob | undefined',
    caughtBy: {
      file: PARTS,
      test: 'a file that the platform reads by itself is read here once, to name its chunks',
    },
  },
  {
    id: 'lost-files-are-sent-on-and-on',
    what: 'A file that the browser cannot read any more is tried again until the service counts as unreachable.',
    invariant: 'I-12',
    file: 'client/src/transfers/send-file-chunk.ts',
    find: '!isLost(await readWhole(content, { start: place.start, end: Math.min(place.end, place.start + 1) }))',
    replace: 'place.start >= 0',
    caughtBy: {
      file: PARTS,
      test: 'a file that cannot be read any more is told as unreadable, and is not tried on and on',
    },
  },
  {
    id: 'previews-use-up-downloads',
    what: 'The page of a link asks for a manifest whenever the browser wants a part, so that one look uses up all downloads.',
    invariant: 'I-8',
    file: 'web/src/features/link-page/linked-reads.ts',
    find: 'if (held?.ok === true && Date.parse(held.value.expiresAt) - nowMs() > ADDRESS_MARGIN_MS) return held;',
    replace: '',
    caughtBy: {
      file: 'web/test/linked-reads.test.ts',
      test: 'uses up one download for each file that is looked at, however often and at once it is asked',
    },
  },
  {
    id: 'links-answer-for-others',
    what: 'The page of a link reads for the page of another link, which may have ended.',
    invariant: 'I-19',
    file: 'web/src/features/link-page/linked-reads.ts',
    find: 'if (request.query.namespaceId !== namespaceId)',
    replace: 'if (false)',
    caughtBy: { file: 'web/test/linked-reads.test.ts', test: 'answers for its own link alone' },
  },
  {
    id: 'replaced-file-needs-all-its-room',
    what: 'A file that is replaced in a browser is counted as one more.',
    invariant: 'I-23',
    file: 'web/src/transfers/upload-run.ts',
    find: '      base: formerContent(record),\n',
    replace: '',
    caughtBy: {
      file: WITHOUT_ROOM,
      test: 'where all room is taken, the web app replaces a file all the same, and stores nothing beside it',
    },
  },
];
