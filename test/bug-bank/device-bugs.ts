import type { PlantedBug } from './planted-bug.ts';

const WIPE = 'client/src/platform/node/wipe-folder.test.ts';
const LAG = 'test/scenarios/device-lag.test.ts';
const ADVANCE = 'lambdas/journal/advance-cursor.ts';
const OWN = 'test/scenarios/own-commits.test.ts';

/** Errors in what an account does with its devices. */
export const DEVICE_BUGS: readonly PlantedBug[] = [
  {
    id: 'wipe-of-what-was-edited',
    what: 'A wipe removes every file that was ever synced, also one that was edited since.',
    invariant: 'I-7',
    file: 'client/src/platform/node/wipe-folder.ts',
    find: "kind === 'file' && contentHash !== undefined && isSame(identity, entry.identity),",
    replace: "kind === 'file' && contentHash !== undefined && isSame(identity, identity),",
    caughtBy: { file: WIPE, test: 'only what is exactly as it was sent goes, and folders in which nothing is left' },
  },
  {
    id: 'wiped-folder-is-synced',
    what: 'A folder whose wipe was broken off is synced by who had waited for it, and what is missing counts as deleted.',
    invariant: 'I-15',
    file: 'client/src/platform/node/linked-folders.ts',
    find: 'if (folder?.wiping !== true) return lock;',
    replace: 'return lock;',
    caughtBy: {
      file: 'client/src/daemon/folder-supervisor.test.ts',
      test: 'that somebody began to wipe while this waited for it is not synced',
    },
  },
  {
    id: 'wipe-looks-once',
    what: 'A wipe does not look again before it removes what it has put aside.',
    invariant: 'I-14',
    file: 'client/src/platform/node/wipe-folder.ts',
    find: "if (moved.kind === 'entry' && isAgreedOn(disk, moved.entry, sameWrite) && removes(disk, aside)) return undefined;",
    replace: 'if (removes(disk, aside)) return undefined;',
    caughtBy: {
      file: WIPE,
      test: 'what somebody writes between the last look at a file and its removal comes back to its place',
    },
  },
  {
    id: 'wipe-trusts-what-lies-aside',
    what: 'A wipe that goes on removes what an earlier one has put aside, whatever it is by now.',
    invariant: 'I-13',
    file: 'client/src/platform/node/wipe-folder.ts',
    find: 'if (isAgreedOn(disk, entry, sameWrite) && removes(',
    replace: 'if (removes(',
    caughtBy: {
      file: WIPE,
      test: 'a file that was written to while it lay aside, when the process was killed, is not removed later',
    },
  },
  {
    id: 'lag-of-what-a-device-was-told',
    what: 'A device counts as up to date with what it was sent, before it has said that it has it.',
    invariant: 'I-12',
    file: 'lambdas/journal/list-changes.ts',
    find: '{ positions: cursor.positions, isWhole',
    replace: '{ positions: next, isWhole',
    caughtBy: {
      file: LAG,
      test: 'a device that reads to the end is behind nothing, and one that does not is behind by what it has not read',
    },
  },
  {
    id: 'wipe-trusts-the-agreement',
    what: 'A device removes what it has agreed on, though the service does not have it any more.',
    invariant: 'I-7',
    file: 'lambdas/devices/check-wipe.ts',
    find: "if (!isKept || (await view.ancestry(nodeId)).kind === 'unknown') missing.add(nodeId);",
    replace: "if (!isKept && (await view.ancestry(nodeId)).kind === 'unknown') missing.add(nodeId);",
    caughtBy: {
      file: 'test/scenarios/wipe-check.test.ts',
      test: 'what was never stored so, or is gone for good, by itself or with its folder, is missing',
    },
  },
  {
    id: 'wipe-without-an-answer',
    what: 'A device that cannot ask removes everything.',
    invariant: 'I-7',
    file: 'client/src/sync/find-unstored.ts',
    find: 'if (missing === undefined) return undefined;',
    replace: 'if (missing === undefined) break;',
    caughtBy: {
      file: 'client/src/sync/find-unstored.test.ts',
      test: 'nothing counts as kept in a shared folder that may not be read any more, and all is open when it does not answer',
    },
  },
  {
    id: 'wipe-check-tells-of-others',
    what: 'A member of a shared folder learns by a question what its owner keeps around it.',
    invariant: 'I-18',
    file: 'lambdas/devices/check-wipe.ts',
    find: "(await view.ancestry(nodeId)).kind === 'unknown'",
    replace: '(await view.isUsed(nodeId)) === false',
    caughtBy: {
      file: 'test/scenarios/wipe-check.test.ts',
      test: 'nobody learns what others keep, nor a member of a shared folder what lies around it',
    },
  },
  {
    id: 'cursor-passes-over-others',
    what: 'A commit answers the cursor behind what it wrote, whatever others have written before.',
    invariant: 'I-11',
    file: ADVANCE,
    find: 'if (written.epoch !== position.epoch || written.after !== seq) return undefined;',
    replace: 'if (written.epoch !== position.epoch) return undefined;',
    caughtBy: { file: OWN, test: 'where somebody else was in between there is none, and the old one tells all' },
  },
  {
    id: 'cursor-into-another-epoch',
    what: 'A cursor from before tables were set back goes on behind a commit after it.',
    invariant: 'I-11',
    file: ADVANCE,
    find: 'if (written.epoch !== position.epoch || written.after !== seq) return undefined;',
    replace: 'if (written.after !== seq) return undefined;',
    caughtBy: {
      file: OWN,
      test: 'a cursor of another epoch, of another account, or that nobody signed stays what it was',
    },
  },
  {
    id: 'cursor-over-the-gap-of-a-request',
    what: 'What others wrote between two transactions of one request counts as read by who sent it.',
    invariant: 'I-11',
    file: 'lambdas/journal/commit-to-namespace.ts',
    find: '  return isNext ? { ...before, seq: next.seq } : before;\n',
    replace: '  return isNext ? { ...before, seq: next.seq } : { ...before, seq: Math.max(before.seq, next.seq) };\n',
    caughtBy: { file: OWN, test: 'where somebody else came between two transactions of one request there is none' },
  },
  {
    id: 'cursor-behind-a-repeat',
    what: 'A commit that was answered before counts as read, though others may have written before it.',
    invariant: 'I-11',
    file: ADVANCE,
    find: "result.status === 'committed' && result.seq > seq) return undefined;",
    replace: "result.status === 'committed' && result.seq > seq) seq = result.seq;",
    caughtBy: { file: OWN, test: 'what was committed before takes the cursor along over nothing' },
  },
  {
    id: 'own-entries-are-read-back',
    what: 'A device does not take the cursor that a commit answers, and reads back what it has made itself.',
    invariant: 'I-12',
    file: 'client/src/engine/execute-remote.ts',
    find: '  if (isContinued) trees.setPosition({ ...trees.position, cursor });\n',
    replace: '',
    caughtBy: {
      file: 'client/src/engine/sync-loop.test.ts',
      test: 'what a device commits itself it does not read back, and what others do in between it does',
    },
  },
  {
    id: 'lag-of-what-a-device-made',
    what: 'A device counts as behind the changes that it has made itself.',
    invariant: 'I-12',
    file: 'lambdas/devices/measure-lags.ts',
    find: 'const left = behind - (own === -1 ? entries.length : own);',
    replace: 'const left = behind;',
    caughtBy: {
      file: LAG,
      test: 'a device is not behind what it has committed itself, but behind what others have made after it',
    },
  },
  {
    id: 'far-times-stop-a-folder',
    what: 'One file that says that it was changed after 2262 stops the sync of its folder on every device.',
    invariant: 'I-12',
    file: 'client/src/platform/node/scan-folder.ts',
    find: '  if (ns > LATEST_NS) return LATEST_NS;\n',
    replace: '  if (ns > LATEST_NS) return ns;\n',
    caughtBy: {
      file: 'client/src/platform/node/scan-folder.test.ts',
      test: 'times that are further away than a database can store are the nearest that it can',
    },
  },
];
