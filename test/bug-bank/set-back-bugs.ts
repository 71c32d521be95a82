import type { PlantedBug } from './planted-bug.ts';

const TEST = 'test/scenarios/tables-set-back.test.ts';
const DELTA = 'lambdas/journal/list-changes.ts';

const HISTORIES = {
  file: 'test/simulation/set-back-histories.test.ts',
  test: 'tables that are set back to any moment, beside a bucket that is not, take nothing from whoever is ahead of them',
} as const;

/** Errors after a service was set back: devices that are ahead of it lose what it does not have. */
export const SET_BACK_BUGS: readonly PlantedBug[] = [
  {
    id: 'set-back-is-a-delete',
    what: 'What a namespace does not have because it was set back is taken from the devices, too.',
    invariant: 'I-24',
    file: 'client/src/engine/pull-changes.ts',
    find: 'if (answer.problem.details?.expired !== true) trees.forgetAgreements();',
    replace: 'if (answer.problem.details?.expired === true) trees.forgetAgreements();',
    caughtBy: { file: TEST, test: 'gets again from the devices what it had lost, and takes nothing away from them' },
  },
  {
    id: 'mount-set-back-is-a-delete',
    what: 'What a shared folder does not have because it was set back is taken from the devices, too.',
    invariant: 'I-24',
    file: 'client/src/engine/pull-changes.ts',
    find: 'if (setBack.length > 0) trees.forgetAgreements();',
    replace: 'if (setBack.length > toList.length) trees.forgetAgreements();',
    caughtBy: {
      file: 'client/src/engine/pull-changes.test.ts',
      test: 'when a mounted namespace was set back, nothing counts as agreed on any more, also after a restart',
    },
  },
  {
    id: 'ahead-is-expired',
    what: 'The cursor of a device that is ahead of the journal is told as one that is too old.',
    invariant: 'I-24',
    file: DELTA,
    find: 'access.head.seq < seq) return cursorReset();',
    replace: 'access.head.seq < seq) return cursorReset({ expired: true });',
    caughtBy: {
      file: 'test/scenarios/delta-and-reads.test.ts',
      test: 'only of a cursor that is too old it is said that it has expired: the namespace of any other was perhaps set back',
    },
  },
  {
    id: 'set-back-mount-is-not-told',
    what: 'A shared folder that was set back is told as one whose journal is too short.',
    invariant: 'I-24',
    file: DELTA,
    find: 'if (read.error.details?.expired !== true) setBack.push(head.namespaceId);',
    replace: '',
    caughtBy: {
      file: 'test/scenarios/shared-folders.test.ts',
      test: 'a mounted namespace that was set back is told apart from one whose journal is only too short',
    },
  },
  {
    id: 'devices-keep-agreements',
    what: 'A device whose cursor is of another epoch lists the tree, and goes on with what it had agreed on.',
    invariant: 'I-24',
    file: 'client/src/engine/pull-changes.ts',
    find: 'if (answer.problem.details?.expired !== true) trees.forgetAgreements();',
    replace: '',
    caughtBy: HISTORIES,
  },
];
