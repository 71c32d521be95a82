import type { PlantedBug } from './planted-bug.ts';

const LEFT = 'test/scenarios/what-is-left.test.ts';
const LEDGER = 'test/scenarios/usage-ledger.property.test.ts';
const RECOUNT = 'I-23: usage is what a recount finds, after any history of people and of workers that die';
const EMPTY = 'I-23: when all was deleted and has expired, nothing is counted, and no chunk has a reference';

/** Errors in what is counted, in what is done later below a folder, and in what a folder had before it was shared. */
export const USAGE_BUGS: readonly PlantedBug[] = [
  {
    id: 'folder-keeps-its-room',
    what: 'The delete of a folder gives back no room.',
    invariant: 'I-23',
    file: 'lambdas/remainders/free-bytes.ts',
    find: 'bytesLogicalDelta: -bytes,',
    replace: 'bytesLogicalDelta: 0,',
    caughtBy: {
      file: LEFT,
      test: 'the delete of a folder gives back the room of all below it, and a restore takes it again at once',
    },
  },
  {
    id: 'room-is-given-back-twice',
    what: 'Two workers at one folder both take its bytes off.',
    invariant: 'I-23',
    file: 'lambdas/remainders/memory-remainder-store.ts',
    find: "settling.outcome === 'going' || this.#isNewest(groundId, settling.remainder)",
    replace: 'settling.outcome !== undefined || this.#isNewest(groundId, settling.remainder)',
    caughtBy: { file: LEDGER, test: RECOUNT },
  },
  {
    id: 'restore-forgets-what-was-freed',
    what: 'A folder comes back while a worker takes its bytes off, and those stay off.',
    invariant: 'I-23',
    file: 'lambdas/journal/namespace-view.ts',
    find: '{ node, expectedRev, expectedFreed: read.freedBytes }',
    replace: '{ node, expectedRev }',
    caughtBy: { file: LEDGER, test: RECOUNT },
  },
  {
    id: 'comes-out-uncounted',
    what: 'What comes out of a folder in the trash alone is on nobody’s quota.',
    invariant: 'I-23',
    file: 'lambdas/journal/namespace-view.ts',
    find: 'if (change.outOf !== undefined) this.#freeAnew(change.outOf, seq);',
    replace: '',
    caughtBy: {
      file: LEFT,
      test: 'what comes out of a folder in the trash alone counts again, and what stays there does not',
    },
  },
  {
    id: 'old-walk-goes-on',
    what: 'A worker goes on to take bytes off below a folder that has come back.',
    invariant: 'I-23',
    file: 'lambdas/remainders/free-bytes.ts',
    find: 'if (root?.freedSince !== since)',
    replace: 'if (root === undefined)',
    caughtBy: { file: LEDGER, test: RECOUNT },
  },
  {
    id: 'removed-before-it-is-freed',
    what: 'Rows below a purged folder go while some of their bytes still count as present.',
    invariant: 'I-23',
    file: 'lambdas/remainders/remainder.ts',
    find: 'return `bytes#',
    replace: 'return `freed#',
    caughtBy: { file: LEDGER, test: RECOUNT },
  },
  {
    id: 'removed-is-counted-twice',
    what: 'What a purge removes is taken off a second time.',
    invariant: 'I-23',
    file: 'lambdas/remainders/remove-doomed.ts',
    find: 'removal.bytesFreed += child.size;',
    replace: '',
    caughtBy: { file: LEDGER, test: RECOUNT },
  },
  {
    id: 'marked-stays-below-a-purge',
    what: 'A labelled revision of a file in a purged folder is never removed.',
    invariant: 'I-23',
    file: 'lambdas/namespaces/memory-transaction.ts',
    find: 'if (revision === undefined || transaction.settling !== undefined) return revision !== undefined;',
    replace: 'if (revision === undefined) return false;',
    caughtBy: {
      file: LEFT,
      test: 'a purge gives back the bytes of all below, of every revision, marked or not, however much it is',
    },
  },
  {
    id: 'references-stay',
    what: 'The references of what has gone are forgotten, and its chunks are kept for ever.',
    invariant: 'I-23',
    file: 'lambdas/remainders/settle-remainders.ts',
    find: 'await projectNode(dependencies, remainder);',
    replace: '',
    caughtBy: { file: LEDGER, test: EMPTY },
  },
  {
    id: 'old-trash-stays-in-the-home',
    what: 'A home lists what was deleted in a folder before that was shared, and can restore none of it.',
    invariant: 'I-18',
    file: 'lambdas/history/list-trash.ts',
    find: 'if (node?.deletedAt !== entry.deletedAt) continue;',
    replace: 'if (node === undefined) own.push(entry);\n    if (node === undefined) continue;',
    caughtBy: {
      file: LEFT,
      test: 'what lay in the trash when its folder was shared is in the trash of the shared folder, with its path there',
    },
  },
  {
    id: 'old-trash-tells-of-the-home',
    what: 'The trash of a shared folder tells in which folders of a home it lies.',
    invariant: 'I-18',
    file: 'lambdas/history/list-trash.ts',
    find: 'own.push(isHome ? entry : {',
    replace: 'own.push(entry.path.length > 0 ? entry : {',
    caughtBy: {
      file: LEFT,
      test: 'what lay in the trash when its folder was shared is in the trash of the shared folder, with its path there',
    },
  },
  {
    id: 'old-revisions-for-ever',
    what: 'What was replaced before a folder was shared never expires.',
    invariant: 'I-23',
    file: 'lambdas/history/expire-namespace.ts',
    find: '    if (groundId === undefined) continue;\n',
    replace: '    if (ageMs > 0) continue;\n',
    caughtBy: {
      file: LEFT,
      test: 'what was deleted and replaced before a folder was shared expires by the retention of the shared folder',
    },
  },
  {
    id: 'editor-sets-the-retention',
    what: 'Whoever is in a shared folder sets how long it keeps things.',
    invariant: 'I-7',
    file: 'lambdas/history/set-retention.ts',
    find: "if (role !== 'owner') return",
    replace: "if (role === 'viewer') return",
    caughtBy: {
      file: 'test/scenarios/retention.test.ts',
      test: 'a retention is within its bounds, and only the owner sets it',
    },
  },
  {
    id: 'dry-retention-is-set',
    what: 'Asking what a retention would let go sets it.',
    invariant: 'I-7',
    file: 'lambdas/history/set-retention.ts',
    find: 'if (request.dryRun === true) return done({ retention, loss });',
    replace: '',
    caughtBy: {
      file: 'test/scenarios/retention.test.ts',
      test: 'a shorter retention is told before what it lets go, and the next expiry lets go just that',
    },
  },
  {
    id: 'thinned-although-not-wanted',
    what: 'Revisions are thinned in a namespace that keeps all of them.',
    invariant: 'I-7',
    file: 'lambdas/history/expired-revisions.ts',
    find: 'const isThinned = rule.isThinned && ',
    replace: 'const isThinned = ',
    caughtBy: {
      file: 'test/scenarios/retention.test.ts',
      test: 'without thinning every revision stays until the retention is over',
    },
  },
  {
    id: 'usage-of-another-ground',
    what: 'Shared folders of others are told to count on the own quota.',
    invariant: 'I-23',
    file: 'lambdas/accounts/get-usage.ts',
    find: 'groundId === head.namespaceId',
    replace: 'groundId !== undefined',
    caughtBy: {
      file: 'test/scenarios/retention.test.ts',
      test: 'usage tells present contents, trash and history, and which shared folders are in them',
    },
  },
];
