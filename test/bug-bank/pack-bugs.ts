import type { PlantedBug } from './planted-bug.ts';

const PACKS = 'lambdas/packs/packs.test.ts';
const SWEEP = 'lambdas/packs/sweep-pack.test.ts';

/** Errors in the storing, reading and sweeping of packs. */
export const PACK_BUGS: readonly PlantedBug[] = [
  {
    id: 'wrong-member-is-stored',
    what: 'A pack of which only some members are wrong is stored.',
    invariant: 'I-1',
    file: 'lambdas/packs/confirm-pack.ts',
    find: 'if (wrong.length > 0) {',
    replace: 'if (wrong.length === members.length) {',
    caughtBy: { file: PACKS, test: 'when a member is not what its hash says: every wrong one is named' },
  },
  {
    id: 'foreign-pack-is-confirmed',
    what: 'Whoever names a pack that another account has stored becomes a holder of its members.',
    invariant: 'I-18',
    file: 'lambdas/packs/confirm-pack.ts',
    find: 'if (!isOwn || bytes?.length !== size) return notStored(pack);',
    replace: 'if (bytes?.length !== size) return notStored(pack);',
    caughtBy: { file: PACKS, test: 'to somebody who knows its hash and its members, before and after it is confirmed' },
  },
  {
    id: 'known-member-is-packed',
    what: 'A chunk that is stored already is stored again, in a pack.',
    invariant: 'I-23',
    file: 'lambdas/packs/open-pack.ts',
    find: 'if (stored.size > 0) return',
    replace: 'if (stored.size === hashes.length) return',
    caughtBy: {
      file: PACKS,
      test: 'only when none of its members is stored; else it is told which are, wherever they lie',
    },
  },
  {
    id: 'whole-pack-is-handed-out',
    what: 'The address of a packed chunk gives its reader the whole pack.',
    invariant: 'I-18',
    file: 'lambdas/journal/describe-content.ts',
    find: 'await objects.signGet(objectKey, { offset, length })',
    replace: 'await objects.signGet(objectKey)',
    caughtBy: {
      file: 'test/scenarios/files-in-packs.test.ts',
      test: 'files in a pack are read back, each by an address of its own that gives its range and nothing else',
    },
  },
  {
    id: 'deleted-pack-takes-members',
    what: 'Chunks are recorded to lie in an object that is about to be removed.',
    invariant: 'I-3',
    file: 'lambdas/packs/confirm-pack.ts',
    find: 'if (!isKept) return notStored(pack);',
    replace: '',
    caughtBy: {
      file: SWEEP,
      test: 'takes no members any more once it is deleted, until its object is gone and another is stored',
    },
  },
  {
    id: 'elsewhere-counts-as-alive',
    what: 'A pack whose members have all been moved away is kept for ever.',
    invariant: 'I-23',
    file: 'lambdas/packs/sweep-pack.ts',
    find: 'records.get(hash)?.objectKey === objectKey',
    replace: 'records.has(hash)',
    caughtBy: {
      file: SWEEP,
      test: 'by less than half is rewritten: what lives lies in a new pack, and the old object stays for those who read it',
    },
  },
  {
    id: 'fresh-pack-is-rewritten',
    what: 'A pack is swept while its members may still be being recorded.',
    invariant: 'I-3',
    file: 'lambdas/packs/sweep-pack.ts',
    find: "if (pack.recordedAt > restedSince) return { kind: 'kept' };",
    replace: '',
    caughtBy: { file: SWEEP, test: 'is left alone for a time after it was recorded, whatever lives in it' },
  },
  {
    id: 'damaged-member-is-copied',
    what: 'A rewriting copies bytes that are not those of their chunk any more.',
    invariant: 'I-1',
    file: 'lambdas/packs/rewrite-pack.ts',
    find: 'if (wrong.length > 0) return',
    replace: 'if (wrong.length > alive.length) return',
    caughtBy: { file: SWEEP, test: 'a pack whose bytes have changed is not copied' },
  },
];
