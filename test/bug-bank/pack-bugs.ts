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
  {
    id: 'run-bridges-a-gap',
    what: 'Chunks of a pack are read together with what lies between them, which may be of a file that the reader may not read.',
    invariant: 'I-18',
    file: 'lambdas/journal/find-runs.ts',
    find: 'place.offset === before.offset + before.length',
    replace: 'place.offset >= before.offset + before.length',
    caughtBy: {
      file: 'test/scenarios/files-in-packs.test.ts',
      test: 'neighbours in a pack that are read together have one address, which gives nothing that lies between or beside them',
    },
  },
  {
    id: 'run-address-is-the-whole-pack',
    what: 'The address of neighbours in a pack gives its reader the whole pack.',
    invariant: 'I-18',
    file: 'lambdas/journal/describe-content.ts',
    find: 'const url = await objects.signGet(objectKey, all);',
    replace: 'const url = await objects.signGet(objectKey);',
    caughtBy: {
      file: 'test/scenarios/files-in-packs.test.ts',
      test: 'neighbours in a pack that are read together have one address, which gives nothing that lies between or beside them',
    },
  },
  {
    id: 'failed-run-ends-downloads',
    what: 'A failed read of neighbours in a pack ends their downloads, though each has an address of its own.',
    invariant: 'I-12',
    file: 'client/src/transfers/chunk-runs.ts',
    find: 'return status === 206 && body.length === last - first + 1 ? body : undefined;',
    replace: "if (status !== 206) throw new Error('the run was not read');\n      return body;",
    caughtBy: {
      file: 'test/scenarios/packed-reads.test.ts',
      test: 'where a read of neighbours is refused, each is read by its own range',
    },
  },
  {
    id: 'runs-are-kept-for-ever',
    what: 'Chunks that were read with their neighbours stay in memory until somebody takes them, however many there are.',
    invariant: 'I-12',
    file: 'client/src/transfers/chunk-runs.ts',
    find: 'if (this.#keptBytes <= RUNS_KEPT_BYTES_MAX) break;',
    replace: 'if (this.#keptBytes <= 1000 * RUNS_KEPT_BYTES_MAX) break;',
    caughtBy: {
      file: 'client/src/transfers/chunk-runs.test.ts',
      test: 'runs of which not all is taken make room for others: the memory of them is bounded',
    },
  },
];
