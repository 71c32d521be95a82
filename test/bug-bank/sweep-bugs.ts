import type { PlantedBug } from './planted-bug.ts';

const SWEEP = 'lambdas/sweep/sweep.test.ts';
const RACE =
  'sweeps beside commits, restores, purges, uploads again and jumps of clocks: nothing that is retained goes, and all else does after its time';

/** Errors in the sweep. */
export const SWEEP_BUGS: readonly PlantedBug[] = [
  {
    id: 'pinned-chunk-is-swept',
    what: 'A chunk is judged while an upload still holds it by a pin.',
    invariant: 'I-3',
    file: 'lambdas/sweep/sweep-chunk.ts',
    find: 'if (isPinned || (await references',
    replace: 'if ((isPinned && chunk.size < 0) || (await references',
    caughtBy: {
      file: SWEEP,
      test: 'is kept while it is pinned, and lives again by whatever needs it, until it is removed',
    },
  },
  {
    id: 'referenced-chunk-is-swept',
    what: 'Only pins keep a chunk: what is retained for longer goes.',
    invariant: 'I-3',
    file: 'lambdas/sweep/sweep-chunk.ts',
    find: 'if (isPinned || (await references.isReferenced(chunk.domain, chunk.hash))) {',
    replace: 'if (isPinned) {',
    caughtBy: { file: SWEEP, test: 'is not one that a revision has that was projected, however long ago' },
  },
  {
    id: 'condemned-at-first-sight',
    what: 'A chunk is condemned without a second look a day later.',
    invariant: 'I-3',
    file: 'lambdas/sweep/sweep-chunk.ts',
    find: "if (sweepAt - chunk.unusedSince < CONFIRM_MS) return 'unused';",
    replace: '',
    caughtBy: {
      file: SWEEP,
      test: 'is found unused, a day later condemned, 35 days later removed with this version of its object',
    },
  },
  {
    id: 'sweep-believes-the-wall',
    what: 'A clock on the wall that jumps makes the sweep forget its times of grace.',
    invariant: 'I-22',
    file: 'lambdas/sweep/sweep-clock.ts',
    find: 'Math.min(Math.max(now - last.wallAt, 0), RUN_AGE_MS_MAX)',
    replace: 'Math.max(now - last.wallAt, 0)',
    caughtBy: { file: SWEEP, test: 'a clock that jumps by months ages nothing by more than two hours a run' },
  },
  {
    id: 'recorded-in-what-is-removed',
    what: 'A chunk is recorded in the very object that the sweep is just removing.',
    invariant: 'I-3',
    file: 'lambdas/chunks/memory-chunk-index.ts',
    find: 'row.removedVersionId === chunk.versionId) continue;',
    replace: "row.removedVersionId === 'none') continue;",
    caughtBy: { file: SWEEP, test: 'is not recorded again in the object that is being removed, but in the next' },
  },
  {
    id: 'unreported-pack-is-not-banned',
    what: 'A pack is confirmed while its object is being removed as one that nobody reported.',
    invariant: 'I-3',
    file: 'lambdas/sweep/sweep-object.ts',
    find: "return isDry || (await index.banPack({ domain, hash, versionId, now })) || 'overtaken';",
    replace: 'return isDry || now > 0;',
    caughtBy: { file: SWEEP, test: 'is not confirmed once it is going' },
  },
  {
    id: 'lost-record-takes-its-object-along',
    what: 'A record of a chunk is lost, and the sweep removes the bytes that a retained file needs.',
    invariant: 'I-3',
    file: 'lambdas/sweep/sweep-object.ts',
    find: "if (!isStored && (await references.isReferenced(domain, hash))) return 'unrecorded';",
    replace: 'if (isStored && isDry) return true;',
    caughtBy: { file: SWEEP, test: 'is kept and told while a retained file needs it: its record was lost' },
  },
  {
    id: 'recorded-object-is-taken-for-stray',
    what: 'An object that a record names is removed as one that nothing names.',
    invariant: 'I-3',
    file: 'lambdas/sweep/sweep-object.ts',
    find: 'if (isNamed) return false;',
    replace: '',
    caughtBy: { file: SWEEP, test: RACE },
  },
  {
    id: 'sweep-ignores-dead-letters',
    what: 'The sweep goes on although entries of journals could not be projected.',
    invariant: 'I-3',
    file: 'lambdas/sweep/run-sweep.ts',
    find: "if ((await deadLetters.count()) > 0) return report('dead-letters');",
    replace: '',
    caughtBy: { file: SWEEP, test: 'while there are dead letters, and goes on when there are none' },
  },
  {
    id: 'sweep-ignores-a-head-set-back',
    what: 'The sweep takes what was committed anew after a table was set back for projected.',
    invariant: 'I-3',
    file: 'lambdas/sweep/run-sweep.ts',
    find: "return head !== undefined && isBehind(head, position) ? 'head-behind' : undefined;",
    replace: 'return undefined;',
    caughtBy: {
      file: SWEEP,
      test: 'stops the sweep: what is committed anew up to there would never be projected',
    },
  },
  {
    id: 'sweep-ignores-lag',
    what: 'The sweep judges chunks although a journal was not projected for hours.',
    invariant: 'I-3',
    file: 'lambdas/sweep/run-sweep.ts',
    find: 'if (swept.doubt !== undefined) return report(swept.doubt);',
    replace: '',
    caughtBy: { file: SWEEP, test: 'while a journal is not projected that should be, unless it can be' },
  },
];
