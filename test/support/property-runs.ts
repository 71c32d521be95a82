import fc from 'fast-check';

/** `npm run nightly` asks for more cases of every property than a quick run; a failure prints the seed that replays it. */
const runs = Number(process.env['FAST_CHECK_RUNS'] ?? 0);
if (runs > 0) fc.configureGlobal({ numRuns: runs });

/** With a bug in, that a property fails is all that is asked for; the smallest example would only take time. */
if (process.env['SYNCLINE_BUG'] !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
