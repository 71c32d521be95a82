import type { PlantedBug } from './planted-bug.ts';

const MEET = 'test/scenarios/devices-meet.test.ts';
const PLANNER = 'client/src/engine/planner.test.ts';
const EXCLUSIONS = 'client/src/engine/exclusions.test.ts';

/** Wrong conclusions from three trees that were seen rightly. */
export const PLANNER_BUGS: readonly PlantedBug[] = [
  {
    id: 'unlisted-folder-is-empty',
    what: 'A folder that could not be listed counts as empty.',
    invariant: 'I-15',
    file: 'client/src/engine/local-disk.ts',
    find: 'else this.unlisted.add(folderId);',
    replace: '',
    caughtBy: { file: PLANNER, test: 'a folder that cannot be listed is told, and nothing in it counts as deleted' },
  },
  {
    id: 'missing-root-is-empty',
    what: 'A root that goes away while it is walked shows an empty folder.',
    invariant: 'I-15',
    file: 'client/src/engine/sync-engine.ts',
    find: "return after === 'verified' ? { kind: 'planned', plan } : { kind: `root-${after}` };",
    replace: "return after === 'foreign' ? { kind: `root-${after}` } : { kind: 'planned', plan };",
    caughtBy: { file: PLANNER, test: 'a disk that goes away while it is walked is not taken for an empty one' },
  },
  {
    id: 'no-second-look',
    what: 'What one look has missed is deleted at the service without a second look.',
    invariant: 'I-15',
    file: 'client/src/engine/sync-engine.ts',
    find: 'if (gone.size === 0) return first;',
    replace: 'if (gone.size >= 0) return first;',
    caughtBy: {
      file: PLANNER,
      test: 'a file that is moved while the disk is walked, so that the walk misses it, is not taken for deleted',
    },
  },
  {
    id: 'refused-name-hides-nothing',
    what: 'What lies below a folder whose name is refused counts as deleted.',
    invariant: 'I-15',
    file: 'client/src/engine/identify-local.ts',
    find: 'for (const entry of local.withoutNodes()) for (const node of wasObject(synced, entry)) freeze(node);',
    replace: '',
    caughtBy: {
      file: PLANNER,
      test: 'a name that the service refuses is told, also below folders, and what had another name before stays there',
    },
  },
  {
    id: 'obstacle-is-a-delete',
    what: 'A file in whose place something stands that is not synced (a link, an ignored file) counts as deleted.',
    invariant: 'I-15',
    file: 'client/src/engine/identify-local.ts',
    find: 'if (node !== undefined) freeze(node);',
    replace: '',
    caughtBy: {
      file: 'test/scenarios/ignored-files.test.ts',
      test: 'a file that gets ignored later stays as it is on both sides, and goes on when the pattern is taken back',
    },
  },
  {
    id: 'same-content-is-same-file',
    what: 'A file that was moved over a copy of it is taken for that copy.',
    invariant: 'I-7',
    file: 'client/src/engine/identify-local.ts',
    find: 'const isMoved = this.#syncedObject(node) !== undefined || this.#isHalfMoved(node);',
    replace:
      'const isMoved = (this.#syncedObject(node) ?? known).contentHash !== known.contentHash || this.#isHalfMoved(node);',
    caughtBy: {
      file: 'client/src/engine/places-taken.test.ts',
      test: 'has written to the copy, is kept beside what was written',
    },
  },
  {
    id: 'excluded-is-deleted',
    what: 'A folder that a person has excluded from this device counts as deleted here.',
    invariant: 'I-15',
    file: 'client/src/engine/settle-deletions.ts',
    find: 'if (excludedRootOf(input, nodeId) !== undefined) {',
    replace: 'if (excludedRootOf(input, nodeId) === nodeId && isLocal) {',
    caughtBy: {
      file: EXCLUSIONS,
      test: 'a folder that is excluded while half of it is gone from the disk is not deleted at the service',
    },
  },
  {
    id: 'delete-there-beats-edit-here',
    what: 'A delete of another device takes along an edit of this disk that it has not seen.',
    invariant: 'I-7',
    file: 'client/src/engine/settle-deletions.ts',
    find: "return sameContent(here, node) ? 'goes' : 'stays';",
    replace: "return 'goes';",
    caughtBy: { file: MEET, test: 'a delete does not beat an edit that it has not seen' },
  },
  {
    id: 'delete-here-beats-edit-there',
    what: 'A delete on this disk takes along an edit of another device that it has not seen.',
    invariant: 'I-7',
    file: 'client/src/engine/settle-deletions.ts',
    find: "if (node.kind === 'file') return sameContent(there, node) ? fate : 'stays';",
    replace: "if (node.kind === 'file') return fate;",
    caughtBy: { file: MEET, test: 'an edit that comes first is not beaten by a delete that comes later' },
  },
  {
    id: 'folder-takes-new-files',
    what: 'A folder that was deleted elsewhere takes along new files that it holds here.',
    invariant: 'I-7',
    file: 'client/src/engine/settle-deletions.ts',
    find: `    const agreed = synced.get(child.nodeId);
    if (agreed === undefined) return 'stays';`,
    replace: `    const agreed = synced.get(child.nodeId);
    if (agreed === undefined) return 'goes';`,
    caughtBy: { file: MEET, test: 'new files in a folder that was deleted elsewhere stay' },
  },
  {
    id: 'first-link-overwrites',
    what: 'Where both sides have made a file, the one on the disk is written over.',
    invariant: 'I-7',
    file: 'client/src/engine/decide-node.ts',
    find: "? 'download' : 'conflict';\n  if (sameContent(remote, synced)) return 'upload';",
    replace: "? 'download' : 'download';\n  if (sameContent(remote, synced)) return 'upload';",
    caughtBy: {
      file: MEET,
      test: 'the first link of a folder with content and a namespace with content merges, and deletes nothing',
    },
  },
  {
    id: 'both-edited-downloads',
    what: 'Where both sides have edited a file, the edit on the disk is written over.',
    invariant: 'I-7',
    file: 'client/src/engine/decide-node.ts',
    find: "return remote.contentHash === synced.contentHash ? 'upload' : 'conflict';",
    replace: "return remote.contentHash === synced.contentHash ? 'upload' : 'download';",
    caughtBy: { file: MEET, test: 'both edit one file' },
  },
  {
    id: 'own-copy-is-foreign',
    what: 'The conflicted copy of a commit whose answer was lost is not known again, and made a second time.',
    invariant: 'I-8',
    file: 'client/src/engine/plan-transfers.ts',
    find: 'if (isUnknown && hasContentOf(node, here) && isCopyName(node.name, stem)) return node.nodeId;',
    replace: 'if (!isUnknown && hasContentOf(node, here) && isCopyName(node.name, stem)) return node.nodeId;',
    caughtBy: { file: MEET, test: 'a commit whose answer is lost is found again, and nothing is there twice' },
  },
  {
    id: 'circle-stays-stuck',
    what: 'Two nodes that swap their names wait for each other for ever.',
    invariant: 'I-12',
    file: 'client/src/engine/schedule-structure.ts',
    find: 'if (aside === undefined) break;',
    replace: 'if (aside === undefined || pending.size > 1) break;',
    caughtBy: { file: MEET, test: 'two folders change their names with each other' },
  },
  {
    id: 'time-of-change-ignored',
    what: 'A write that sets the time of the last write back is not seen.',
    invariant: 'I-14',
    file: 'client/src/engine/trees.ts',
    find: '    a.mtimeNs === b.mtimeNs &&\n    a.ctimeNs === b.ctimeNs\n',
    replace: '    a.mtimeNs === b.mtimeNs\n',
    caughtBy: {
      file: 'client/src/platform/node/scan-folder.test.ts',
      test: 'every write, rename and change of links makes another state',
    },
  },
  {
    id: 'identity-is-the-inode',
    what: 'A new file that got the inode number of a deleted one is taken for that one.',
    invariant: 'I-14',
    file: 'client/src/engine/trees.ts',
    find: '  return a.size === b.size && a.mtimeNs === b.mtimeNs;',
    replace: '  return true;',
    caughtBy: {
      file: 'client/src/engine/trees.test.ts',
      test: 'an inode number that is used again makes no new file the old one, and a rename or an edit no old one new',
    },
  },
  {
    id: 'mass-change-needs-both',
    what: 'Many deletes are held back only when both sides are to lose many.',
    invariant: 'I-16',
    file: 'client/src/engine/mass-change.ts',
    find: 'return local > allowed || remote > allowed ?',
    replace: 'return local > allowed && remote > allowed ?',
    caughtBy: {
      file: 'client/src/engine/sync-loop.test.ts',
      test: 'a wiped folder stops the loop until a person says that it is meant, even when it is wiped slowly',
    },
  },
  {
    id: 'rewrites-do-not-count',
    what: 'A program that rewrites every file is not held back.',
    invariant: 'I-16',
    file: 'client/src/engine/mass-change.ts',
    find: "if (step.type === 'upload' && step.mode === 'edit') return { local: 0, remote: 1 };",
    replace: '',
    caughtBy: {
      file: 'client/src/engine/mass-change.test.ts',
      test: 'a program that rewrites every file on the disk is held back until a person says that it is meant',
    },
  },
];
