import type { PlantedBug } from './planted-bug.ts';

const TOLD = 'test/scenarios/removed-members.test.ts';

/** Errors in how the journal of a shared folder tells what happens to its members. */
export const MEMBER_ENTRY_BUGS: readonly PlantedBug[] = [
  {
    id: 'membership-in-the-delta',
    what: 'The delta tells what happened to members, which clients that follow the tree refuse.',
    invariant: 'I-11',
    file: 'lambdas/journal/list-changes.ts',
    find: 'return { namespaceId, seq, type, node, deviceId, changedAt };',
    replace: 'return { ...arguments[0] };',
    caughtBy: {
      file: TOLD,
      test: 'what happens to members is told by the folder to everybody who is in it, and to a device that follows it as one more entry',
    },
  },
  {
    id: 'same-role-is-told-again',
    what: 'A role that a member has already is told as a change of it.',
    invariant: 'I-8',
    file: 'lambdas/sharing/memory-sharing-store.ts',
    find: "if (member.role === role) return { kind: 'changed', member };",
    replace: '',
    caughtBy: {
      file: TOLD,
      test: 'what happens to members is told by the folder to everybody who is in it, and to a device that follows it as one more entry',
    },
  },
];
