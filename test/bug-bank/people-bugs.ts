import type { PlantedBug } from './planted-bug.ts';

const PEOPLE = {
  file: 'test/simulation/people-histories.test.ts',
  test: 'people who share, change roles, are removed and go on trying, beside expiry and sweep: every invariant holds',
} as const;

const TOKENS = 'test/scenarios/unlinked-tokens.test.ts';

/** Errors that show where people share folders while the service projects, expires and sweeps. */
export const PEOPLE_BUGS: readonly PlantedBug[] = [
  {
    id: 'edits-are-not-projected',
    what: 'The projection passes by entries that changed a file, so that what they brought is swept.',
    invariant: 'I-3',
    file: 'lambdas/references/project-namespace.ts',
    find: "entries.filter(({ node }) => node.kind === 'file')",
    replace: "entries.filter(({ node, type }) => node.kind === 'file' && type !== 'modified')",
    caughtBy: PEOPLE,
  },
  {
    id: 'trash-is-purged-after-a-day',
    what: 'What was deleted goes for good a day later, whatever the retention is.',
    invariant: 'I-17',
    file: 'lambdas/history/expire-namespace.ts',
    find: 'formatInstant(epochMs(run.time - run.retentionMs))',
    replace: 'formatInstant(epochMs(run.time - run.retentionMs / 30))',
    caughtBy: PEOPLE,
  },
  {
    id: 'content-of-the-ground-is-addressed',
    what: 'A member gets addresses of files that lie in the same ground, in the home or in another shared folder.',
    invariant: 'I-19',
    file: 'lambdas/journal/read-content.ts',
    find: '  const file = await findLiveNode(dependencies, access.value, request.nodeId);\n',
    replace:
      '  const rows = await dependencies.namespaces.getNodes(access.value.head.namespaceId, [request.nodeId]);\n' +
      '  const row = rows.get(request.nodeId);\n' +
      '  const file = row === undefined ? notFound() : done(row);\n',
    caughtBy: PEOPLE,
  },
  {
    id: 'expired-bytes-stay-counted',
    what: 'What has expired goes on to count on the home.',
    invariant: 'I-23',
    file: 'lambdas/history/expire-namespace.ts',
    find: 'bytesRetainedDelta: -bytes }',
    replace: 'bytesRetainedDelta: 0 }',
    caughtBy: PEOPLE,
  },
  {
    id: 'references-are-never-dropped',
    what: 'What has expired keeps its references, so that its bytes are stored for ever.',
    invariant: 'I-23',
    file: 'lambdas/references/project-node.ts',
    find: 'await references.drop(pass, { domain, hashes: [...left] });',
    replace: "assert(left.size >= 0, 'a set has a size');",
    caughtBy: PEOPLE,
  },
  {
    id: 'lost-time-is-gone-on-with',
    what: 'After tables were set back a cursor from the time that is lost is gone on with in silence.',
    invariant: 'I-24',
    file: 'lambdas/journal/list-changes.ts',
    find: 'access.head.epoch !== epoch || ',
    replace: '',
    caughtBy: PEOPLE,
  },
  {
    id: 'noted-object-is-never-removed',
    what: 'An object that a sweep has noted, and was ended before it could remove it, stays for ever.',
    invariant: 'I-23',
    file: 'lambdas/sweep/sweep-object.ts',
    find: "if (row?.removal === 'done' && row.removedVersionId === versionId) return true;",
    replace: '',
    caughtBy: {
      file: 'lambdas/sweep/sweep.test.ts',
      test: 'goes with the next pass, when a run ended after it was noted and before it was removed',
    },
  },
  {
    id: 'shared-folder-holds-up-the-delta',
    what: 'A device that would list a folder, which was shared meanwhile, never comes any further.',
    invariant: 'I-12',
    file: 'client/src/engine/pull-changes.ts',
    find: "new Set(['not_found', 'invalid_request'])",
    replace: "new Set(['not_found'])",
    caughtBy: {
      file: 'test/scenarios/mounted-folders.test.ts',
      test: 'holds nothing up when it came back from the trash before a device looked',
    },
  },
  {
    id: 'ended-sign-in-reads',
    what: 'The token of a device that was unlinked goes on to read.',
    invariant: 'I-18',
    file: 'lambdas/runtime/create-api-handler.ts',
    find: 'return isOver ? refusedEnded() : outcome;',
    replace: 'return isOver && route.isSafe === true ? refusedEnded() : outcome;',
    caughtBy: { file: TOKENS, test: 'what only reads is looked up meanwhile, and nothing of it is told' },
  },
  {
    id: 'late-device-stays',
    what: 'A device that is registered while its sign-in ends is not found by the unlinking, and stays.',
    invariant: 'I-18',
    file: 'lambdas/devices/register-device.ts',
    find: 'if (signIn === undefined || !(await accounts.hasSignInEnded(accountId, signIn))) return answer(device);',
    replace: "if (signIn === undefined || signIn !== '') return answer(device);",
    caughtBy: { file: TOKENS, test: 'a device that is registered while its sign-in ends is neither accepted nor left' },
  },
  {
    id: 'former-sign-in-goes-on',
    what: 'The tokens that a device had before it signed in anew go on to read, and no unlinking ends them.',
    invariant: 'I-18',
    file: 'lambdas/devices/register-device.ts',
    find: 'if (device.signIn !== undefined) await accounts.endSignIn',
    replace: "if (device.signIn === '') await accounts.endSignIn",
    caughtBy: {
      file: TOKENS,
      test: 'a device that signs in anew goes on, and its former sign-in has ended everywhere',
    },
  },
];
