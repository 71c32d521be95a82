import type { PlantedBug } from './planted-bug.ts';

/** Errors in what does the same as something slower. */
export const SPEED_BUGS: readonly PlantedBug[] = [
  {
    id: 'unknown-fields-fit',
    what: 'A field that no schema knows passes, because an object that has all known ones is taken as it is.',
    invariant: 'I-9',
    file: 'protocol/src/plain-fit.ts',
    find: 'return there === 0;',
    replace: 'return there <= 0;',
    caughtBy: {
      file: 'protocol/src/plain-fit.test.ts',
      test: 'an object with fields that the schema would take away does not fit',
    },
  },
];
