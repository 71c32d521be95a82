import type { PlantedBug } from './planted-bug.ts';

const FOLDERS = 'test/scenarios/shared-folders.test.ts';
const MEETINGS = 'test/scenarios/memberships-meet.test.ts';
const LOST = 'test/scenarios/lost-rights.test.ts';
const HISTORIES = 'test/scenarios/shared-folders.property.test.ts';

/** Errors about who is let into a shared folder, and when that ends. */
export const MEMBERSHIP_BUGS: readonly PlantedBug[] = [
  {
    id: 'lost-mount-stays-lost',
    what: 'A member whose mount was lost does not get it again.',
    invariant: 'I-9',
    file: 'lambdas/sharing/answer-invitation.ts',
    find: "if (node !== undefined && node.deletedAt === undefined) return { kind: 'settled', node };",
    replace: "if (node?.deletedAt === undefined) return { kind: 'settled', node };",
    caughtBy: {
      file: MEETINGS,
      test: 'a member whose mount was lost has it again by accepting again, though the invitation was used up',
    },
  },
  {
    id: 'address-is-filled-by-one',
    what: 'One account fills the list of invitations of somebody else.',
    invariant: 'I-18',
    file: 'lambdas/sharing/has-pointer-room.ts',
    find: 'own.length < POINTERS_OF_ONE_MAX',
    replace: 'own.length < POINTERS_OF_ONE_MAX * POINTERS_MAX',
    caughtBy: {
      file: 'lambdas/sharing/has-pointer-room.test.ts',
      test: 'nobody fills an address alone, and all together fill it no more than it can hold',
    },
  },
  {
    id: 'own-address-in-capitals',
    what: 'An owner is invited to their own folder when their address is written in another way.',
    invariant: 'I-9',
    file: 'lambdas/sharing/invite.ts',
    find: 'normalEmail(caller.email) === email',
    replace: 'caller.email === email',
    caughtBy: {
      file: 'lambdas/sharing/invite.test.ts',
      test: 'nobody is invited to a folder of their own, however the address is written',
    },
  },
  {
    id: 'removed-comes-back',
    what: 'Whoever was removed comes back by an open invitation.',
    invariant: 'I-18',
    file: 'lambdas/sharing/remove-member.ts',
    find: 'isLeaving ? key : { ...key, barredAt }',
    replace: 'isLeaving || barredAt.length > 0 ? key : { ...key, barredAt }',
    caughtBy: {
      file: LOST,
      test: 'who was removed comes back by no open invitation, old or new, and is told what to do',
    },
  },
  {
    id: 'old-invitation-lets-in',
    what: 'Whoever was removed comes back by an invitation that was made before.',
    invariant: 'I-18',
    file: 'lambdas/sharing/sharing-change.ts',
    find: '!(isUsedUp && createdAt >= barredAt)',
    replace: '!(isUsedUp && createdAt.length > 0)',
    caughtBy: {
      file: LOST,
      test: 'who was removed comes back by an invitation for one person that was made since, and is welcome again',
    },
  },
  {
    id: 'demoted-comes-back',
    what: 'Whoever was made a viewer leaves, and comes back as an editor.',
    invariant: 'I-18',
    file: 'lambdas/sharing/memory-sharing-store.ts',
    find: 'if (barredAt !== undefined) this.#memberships',
    replace: 'if (barredAt !== undefined && accountId === barredAt) this.#memberships',
    caughtBy: {
      file: LOST,
      test: 'who was made a viewer does not leave and come back as an editor by an open invitation',
    },
  },
  {
    id: 'bar-is-looked-at-once',
    what: 'Whoever is barred while they accept is let in.',
    invariant: 'I-18',
    file: 'lambdas/sharing/memory-memberships.ts',
    find: '          !isBarred(this.bars(namespaceId).get(accountId), change.invitation) &&\n',
    replace: '',
    caughtBy: { file: LOST, test: 'who is barred while they accept is not let in' },
  },
  {
    id: 'removal-meets-a-return',
    what: 'A removal takes the mount of a membership that began after it.',
    invariant: 'I-9',
    file: 'lambdas/sharing/remove-member.ts',
    find: "    if ((await dependencies.sharing.getMember(key)) !== undefined) return { kind: 'settled', node: undefined };\n",
    replace: '',
    caughtBy: {
      file: MEETINGS,
      test: 'who comes back while an earlier membership is being ended keeps the mount of the new one',
    },
  },
  {
    id: 'accepted-only-once',
    what: 'Whoever repeats an acceptance whose answer was lost is told that there is no such invitation.',
    invariant: 'I-7',
    file: 'lambdas/sharing/answer-invitation.ts',
    find: '  if (joined !== undefined) return joined;\n',
    replace: '',
    caughtBy: {
      file: MEETINGS,
      test: 'accepting again what was accepted is answered the same, though the invitation was for one person',
    },
  },
  {
    id: 'owner-leaves',
    what: 'The last owner of a shared folder can leave it.',
    invariant: 'I-18',
    file: 'lambdas/sharing/memory-sharing-store.ts',
    find: "    const member = members.get(key.accountId);\n    if (member === undefined) return { kind: 'absent' };\n    if (member.role === 'owner') return { kind: 'owner' };",
    replace: "    const member = members.get(key.accountId);\n    if (member === undefined) return { kind: 'absent' };",
    caughtBy: {
      file: FOLDERS,
      test: 'the last owner neither leaves, nor is removed, nor gives the role away without an heir',
    },
  },
  {
    id: 'full-folder-is-joined',
    what: 'A folder takes more members than it may have.',
    invariant: 'I-9',
    file: 'lambdas/namespaces/dynamodb-sharing-items.ts',
    find: "ConditionExpression: 'memberCount < :max AND seq = :expected AND epoch = :epoch',",
    replace: "ConditionExpression: 'seq = :expected AND epoch = :epoch',",
    caughtBy: {
      file: 'lambdas/namespaces/dynamodb-sharing-items.test.ts',
      test: 'nobody joins a folder that is full, or by an invitation that is gone',
    },
  },
  {
    id: 'invitation-never-ends',
    what: 'An invitation works after its time.',
    invariant: 'I-18',
    file: 'lambdas/sharing/find-invitation.ts',
    find: 'if (invitation.expiresAt <= clock.now())',
    replace: 'if (invitation.expiresAt <= 0)',
    caughtBy: {
      file: FOLDERS,
      test: 'an invitation works until it expires, is withdrawn, or was used by the one whom it is for',
    },
  },
  {
    id: 'invitation-by-half-a-token',
    what: 'A token is taken for good when the invitation that it names exists.',
    invariant: 'I-18',
    file: 'lambdas/sharing/invitation-token.ts',
    find: "const digest = createHash('sha256').update(token).digest();",
    replace: "const digest = createHash('sha256').update(token.slice(0, 40)).digest();",
    caughtBy: {
      file: FOLDERS,
      test: 'an open link serves many, declining a personal one takes it away, and a damaged token is none',
    },
  },
  {
    id: 'broken-off-removal-stays-so',
    what: 'A removal that was broken off after the membership leaves the mount for ever.',
    invariant: 'I-9',
    file: 'lambdas/sharing/remove-member.ts',
    find: "if (outcome.kind === 'absent' && (await dependencies.sharing.getMount(key)) === undefined) return noSuchFolder();",
    replace: "if (outcome.kind === 'absent') return noSuchFolder();",
    caughtBy: {
      file: HISTORIES,
      test: 'whoever joins, is removed and writes at once: members, mounts and their counts agree, and nothing acknowledged is lost',
    },
  },
];
