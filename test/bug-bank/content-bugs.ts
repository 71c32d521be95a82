import type { PlantedBug } from './planted-bug.ts';

const GUARD = { file: 'lambdas/chunks/guard-content.ts', test: 'lambdas/chunks/guard-content.test.ts' };
const SIGNER = {
  file: 'lambdas/chunks/cloudfront-content-signer.ts',
  test: 'lambdas/chunks/cloudfront-content-signer.test.ts',
};

/** Errors in the addresses of contents that CloudFront hands out. */
export const CONTENT_BUGS: readonly PlantedBug[] = [
  {
    id: 'whole-pack-under-a-condition',
    what: 'Whoever may read one chunk of a pack asks for it under a condition that does not hold, and is answered with the whole pack.',
    invariant: 'I-18',
    file: GUARD.file,
    find: "request.headers['if-range'] === undefined",
    replace: 'true',
    caughtBy: { file: GUARD.test, test: 'a condition under which the whole is answered is refused' },
  },
  {
    id: 'range-sent-twice',
    what: 'A second header with another range passes beside the one that was signed.',
    invariant: 'I-18',
    file: GUARD.file,
    find: 'range.multiValue === undefined',
    replace: 'true',
    caughtBy: { file: GUARD.test, test: 'two headers is refused' },
  },
  {
    id: 'address-of-a-whole-pack',
    what: 'CloudFront is given an address of a whole pack in place of a range of it.',
    invariant: 'I-18',
    file: SIGNER.file,
    find: "if (!('disposition' in read)) return",
    replace: "if (!('disposition' in read)) return ''; else if (false) return",
    caughtBy: {
      file: SIGNER.test,
      test: 'what is signed is the documented policy, to the letter, over the address with its range',
    },
  },
  {
    id: 'address-for-a-day',
    what: 'An address of contents is good for a day.',
    invariant: 'I-18',
    file: SIGNER.file,
    find: '(clock.now() + SIGNED_URL_MS)',
    replace: '(clock.now() + 96 * SIGNED_URL_MS)',
    caughtBy: {
      file: SIGNER.test,
      test: 'an address is good for fifteen minutes, and for nothing but what was signed',
    },
  },
];
