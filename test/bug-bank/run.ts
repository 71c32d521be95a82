/**
 * `npm run bugs [-- ID …]`: says which planted bugs the suite catches, and ends with `N of M bugs caught`. Fails when one is not.
 *
 * First the tests are run without any bug, and must pass; then each bug is planted and its test must fail, by what the product did: a
 * file that cannot be loaded any more, or a name that is not there, is no proof.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BUGS, bugNamed } from './bugs.ts';
import type { PlantedBug } from './planted-bug.ts';
import { readTests, runTests, type TestRun } from './test-run.ts';

/** Bugs that are tried at once. */
const BUGS_AT_ONCE = 2;
const SOUND_RUN_MS_MAX = 10 * 60_000;
const BUG_RUN_MS_MAX = 6 * 60_000;

/** - `survived` its test passes; - `invalid` nothing was proven, for a reason that is told. */
type Verdict = { readonly kind: 'caught' | 'survived' } | { readonly kind: 'invalid'; readonly why: string };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    /** Tells how each bug was noticed. */
    verbose: { type: 'boolean', default: false },
    /** A report of Jest's, of a run without any bug that has just ended: then its tests are not run once more. */
    sound: { type: 'string' },
    /** A file for the score, for `npm test` to read. */
    report: { type: 'string' },
  },
});
const bugs = positionals.length === 0 ? BUGS : positionals.map(bugNamed);

const catchers = bugs.map(({ caughtBy }) => caughtBy);
const sound =
  values.sound !== undefined && existsSync(values.sound)
    ? readTests(catchers, values.sound)
    : await runTests(catchers, { bug: undefined, workers: BUGS_AT_ONCE, timeoutMs: SOUND_RUN_MS_MAX });
const verdicts = new Map<PlantedBug, Verdict>();
const pending = bugs.filter((bug) => {
  const why = whyUnsound(sound, bug);
  if (why !== undefined) tell(bug, { kind: 'invalid', why });
  return why === undefined;
});
await Promise.all(Array.from({ length: BUGS_AT_ONCE }, tryBugs));
const caught = [...verdicts.values()].filter(({ kind }) => kind === 'caught').length;
console.log(`\n${caught} of ${bugs.length} bugs caught`);
if (values.report !== undefined) {
  writeFileSync(values.report, JSON.stringify({ passed: caught, failed: bugs.length - caught }));
}
process.exitCode = caught === bugs.length ? 0 : 1;

async function tryBugs(): Promise<void> {
  for (let bug = pending.shift(); bug !== undefined; bug = pending.shift()) {
    const run = await runTests([bug.caughtBy], { bug: bug.id, workers: 1, timeoutMs: BUG_RUN_MS_MAX });
    tell(bug, verdictOf(run));
    if (values.verbose)
      console.log(run.results.flatMap(({ messages }) => messages.map((text) => text.slice(0, 600))).join('\n'));
  }
}

function whyUnsound({ results, defect }: TestRun, { caughtBy }: PlantedBug): string | undefined {
  const result = results.find(({ catcher }) => catcher.file === caughtBy.file && catcher.test === caughtBy.test);
  if (result === undefined) return defect ?? 'nothing was run';
  if (result.status === 'passed') return undefined;
  return result.status === 'failed' ? `fails without the bug: ${result.messages.join('\n')}` : 'there is no such test';
}

function verdictOf({ results, defect }: TestRun): Verdict {
  const [result] = results;
  if (defect !== undefined || result === undefined) return { kind: 'invalid', why: defect ?? 'nothing was run' };
  if (result.status === 'passed') return { kind: 'survived' };
  if (result.status === 'not-run') return { kind: 'invalid', why: 'there is no such test' };
  const misspelt = result.messages.find((text) => /^(ReferenceError|SyntaxError)\b/.test(text));
  return misspelt === undefined ? { kind: 'caught' } : { kind: 'invalid', why: misspelt };
}

function tell(bug: PlantedBug, verdict: Verdict): void {
  verdicts.set(bug, verdict);
  console.log(`${verdict.kind.padEnd(9)} ${bug.invariant.padEnd(5)} ${bug.id.padEnd(30)} ${bug.what}`);
  if (verdict.kind !== 'caught') console.log(`          ${bug.caughtBy.file}: ${bug.caughtBy.test}`);
  if (verdict.kind === 'invalid')
    console.log(`          ${verdict.why.trim().split('\n').slice(0, 12).join('\n          ')}`);
}
