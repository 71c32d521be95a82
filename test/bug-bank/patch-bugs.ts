import type { PlantedBug } from './planted-bug.ts';

const PATCH = 'lambdas/uploads/patch-chunks.ts';
const DEFECTS = 'lambdas/uploads/patch-defects.ts';
const CAUGHT = 'test/scenarios/patched-chunks.test.ts';

/** Errors in chunks that are made of what a revision has. */
export const PATCH_BUGS: readonly PlantedBug[] = [
  {
    id: 'patch-is-not-hashed',
    what: 'A patched chunk is stored under its name whatever came out.',
    invariant: 'I-2',
    file: PATCH,
    find: "outcome === 'copied' ? made.filter(isRight) : []",
    replace: "outcome === 'copied' ? made.filter((one) => isRight(one) || one.hash !== '') : []",
    caughtBy: { file: CAUGHT, test: 'when something else comes out than the name says' },
  },
  {
    id: 'patch-of-any-row',
    what: 'A chunk is made of a revision whose row lies beside those of the namespace, and that its members may not read.',
    invariant: 'I-18',
    file: PATCH,
    find: '  const base = await findRevision(dependencies, { ...request.base, namespaceId }, caller);\n',
    replace:
      '  const row = await dependencies.namespaces.getRevision({ ...request.base, namespaceId });\n' +
      '  const base =\n' +
      '    row === undefined ? await findRevision(dependencies, { ...request.base, namespaceId }, caller) : done(row);\n',
    caughtBy: {
      file: CAUGHT,
      test: 'when its base is of another namespace, though its row lies beside that of the upload',
    },
  },
  {
    id: 'patch-of-any-size',
    what: 'The parts of a patched chunk may have another length together than the chunk.',
    invariant: 'I-2',
    file: DEFECTS,
    find: 'if (size !== undefined && sum !== size) {',
    replace: 'if (size !== undefined && sum > size) {',
    caughtBy: { file: CAUGHT, test: 'with fewer bytes than the chunk has' },
  },
  {
    id: 'patch-under-the-domain-of-the-base',
    what: 'A patched chunk is recorded in the domain of the account that stored the base.',
    invariant: 'I-18',
    file: PATCH,
    find: 'await storeChunks(dependencies, session, made);',
    replace: 'await storeChunks(dependencies, { ...session, domain: base.value?.domain ?? session.domain }, made);',
    caughtBy: {
      file: CAUGHT,
      test: 'is recorded in the domain of the one who uploads, where accounts do not share',
    },
  },
];
