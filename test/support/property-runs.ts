import fc from 'fast-check';

/** Cases of a property that names no number. */
const DEFAULT_CASES = 100;

/**
 * How many cases of a property are tried: as many as it names, times what `npm run nightly` asks for; or the number that
 * FAST_CHECK_RUNS names for all of them. A failure prints the seed that replays it. `npm test` draws the seed from the code, so that
 * the same code has the same result; every other run draws one of its own, unless FAST_CHECK_SEED names it.
 */
export function propertyCases(cases: number): number {
  const all = Number(process.env['FAST_CHECK_RUNS'] ?? 0);
  return all > 0 ? all : cases * Number(process.env['FAST_CHECK_TIMES'] ?? 1);
}

const seed = process.env['FAST_CHECK_SEED'];
fc.configureGlobal({
  numRuns: propertyCases(DEFAULT_CASES),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
});
