import type { PlantedBug } from './planted-bug.ts';

const LINKED_AGAIN = 'test/scenarios/linked-again.test.ts';
const PLACED = 'test/scenarios/placed-and-killed.test.ts';
const TRACES = 'client/src/engine/execute-traces.ts';

/** Errors where nothing is known here of what was agreed on: older contents would come back, or edits would be lost. */
export const BASE_BUGS: readonly PlantedBug[] = [
  {
    id: 'older-revision-as-edit',
    what: 'A content that is one of the revisions of its file counts as an edit of that revision.',
    invariant: 'I-7',
    file: TRACES,
    find: 'size, contentHash, executable };',
    replace: 'size, executable };',
    caughtBy: {
      file: LINKED_AGAIN,
      test: 'what is a revision still does not come back as the newest one with the strategy keep_mine',
    },
  },
  {
    id: 'revision-by-size',
    what: 'A content that is as long as a revision of its file counts as that.',
    invariant: 'I-1',
    file: TRACES,
    find: 'const found = former.find(({ contentHash }) => contentHash === here.contentHash);',
    replace: 'const found = former[0];',
    caughtBy: { file: LINKED_AGAIN, test: 'a file of as many bytes as a revision is none of it' },
  },
  {
    id: 'refused-is-looked-for',
    what: 'A service that does not tell revisions for now has told that there is none.',
    invariant: 'I-7',
    file: TRACES,
    find: "    if (found === 'refused') return;\n",
    replace: '',
    caughtBy: {
      file: LINKED_AGAIN,
      test: 'a service that refuses to tell revisions for now is asked again, and an older content stays one',
    },
  },
  {
    id: 'viewers-edits-not-traced',
    what: 'What a viewer has of an earlier revision counts as an edit.',
    invariant: 'I-7',
    file: 'client/src/engine/planner.ts',
    find: "      if (isToTrace(planning, triple)) wishes.steps.push({ type: 'trace', nodeId });\n      else wishes.asides.push(nodeId);",
    replace: '      wishes.asides.push(nodeId);',
    caughtBy: {
      file: LINKED_AGAIN,
      test: 'a viewer who links again gets what came meanwhile, and an edit of its own is kept beside it',
    },
  },
  {
    id: 'placed-by-nobody',
    what: 'What a killed process has placed is compared only with what became of it at the service since.',
    invariant: 'I-12',
    file: 'client/src/engine/sync-engine.ts',
    find: 'if (options.mends === true && !this.#knowsPlaced) await this.#agreeOnPlaced();',
    replace: '',
    caughtBy: { file: PLACED, test: 'killed at any call, what was deleted elsewhere since does not come back' },
  },
  {
    id: 'own-change-met-as-foreign',
    what: 'What the service has done without an answer counts as somebody else’s change: a file that was removed here meanwhile comes back.',
    invariant: 'I-12',
    file: 'client/src/engine/sync-engine.ts',
    find: '      agreeOnUnanswered(this.trees, clock.now());\n',
    replace: '',
    caughtBy: {
      file: 'client/src/engine/agree-on-unanswered.test.ts',
      test: 'is done as on this disk alone: a new file is removed',
    },
  },
  {
    id: 'same-change-counts-as-own',
    what: 'What another device did counts as done by this one, which has asked for the same in vain: a file that is removed here is removed there.',
    invariant: 'I-7',
    file: 'client/src/engine/pull-changes.ts',
    find: 'if (change.deviceId === remote.deviceId) trees',
    replace: "if (change.deviceId !== '' || remote.deviceId !== '') trees",
    caughtBy: {
      file: 'client/src/engine/agree-on-unanswered.test.ts',
      test: 'what another device does stays, also where it is the same as what did not get there from here: an edit of what was removed here',
    },
  },
];
