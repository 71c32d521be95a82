import type { PlantedBug } from './planted-bug.ts';

const TRASH = 'test/scenarios/trash.test.ts';
const REVISIONS = 'test/scenarios/revisions.test.ts';

/** Errors in revisions, the trash, restores and retention. */
export const HISTORY_BUGS: readonly PlantedBug[] = [
  {
    id: 'purged-is-there',
    what: 'A node that was purged is decided on like any other in the trash.',
    invariant: 'I-17',
    file: 'lambdas/journal/namespace-view.ts',
    find: 'return node?.purgedAt === undefined ? node : undefined;',
    replace: 'return node;',
    caughtBy: { file: TRASH, test: 'I-17: what was purged never comes back, by whatever way' },
  },
  {
    id: 'id-of-a-purged-node',
    what: 'A new node takes the id of one that was purged.',
    invariant: 'I-17',
    file: 'lambdas/journal/decision.ts',
    find: '(await context.view.isUsed(wanted))',
    replace: '(await context.view.node(wanted)) !== undefined',
    caughtBy: { file: TRASH, test: 'I-17: what was purged never comes back, by whatever way' },
  },
  {
    id: 'purge-of-another-deletion',
    what: 'A purge ends whatever lies in the trash by now, also what was deleted anew.',
    invariant: 'I-17',
    file: 'lambdas/journal/decide-purge.ts',
    find: 'if (node.deletedAt !== operation.deletedAt) {',
    replace: 'if (node.deletedAt === undefined) {',
    caughtBy: { file: TRASH, test: 'a purge means one deletion: what is live, or was deleted anew, stays' },
  },
  {
    id: 'anybody-purges',
    what: 'Whoever may write may remove things for good.',
    invariant: 'I-17',
    file: 'lambdas/journal/decide-purge.ts',
    find: "if (view.role !== 'owner') return refusing('forbidden', 'only an owner may remove something for good');",
    replace: '',
    caughtBy: { file: TRASH, test: 'only an owner purges' },
  },
  {
    id: 'purged-in-the-trash',
    what: 'What was purged is listed in the trash.',
    invariant: 'I-17',
    file: 'lambdas/journal/namespace-view.ts',
    find: '(after.deletedAt === undefined || isPurged)',
    replace: 'after.deletedAt === undefined',
    caughtBy: { file: TRASH, test: 'I-17: what was purged never comes back, by whatever way' },
  },
  {
    id: 'restore-over-an-unseen-edit',
    what: 'A restore takes the place of a content that it has not seen, although it says what it has seen.',
    invariant: 'I-7',
    file: 'lambdas/journal/decide-restore.ts',
    find: "if (baseRev < node.rev) return conflicting(node.deletedAt === undefined ? 'edited' : 'deleted', node);",
    replace: '',
    caughtBy: { file: TRASH, test: 'a restore that says what it has seen leaves alone what has changed since' },
  },
  {
    id: 'viewer-marks',
    what: 'Somebody who may only read labels and keeps revisions.',
    invariant: 'I-18',
    file: 'lambdas/history/mark-revision.ts',
    find: "if (access.value.role === 'viewer') return refused('forbidden', 'this account may read here, but not write');",
    replace: '',
    caughtBy: { file: REVISIONS, test: 'only who may write marks a revision, and others learn nothing of it' },
  },
];
