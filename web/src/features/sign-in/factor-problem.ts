import type { SignInRefused } from '@syncline/client';

type Problem = SignInRefused['reason'] | 'unavailable';

/** What is said when a code of an authenticator app is not taken: of those nobody can ask for a new one, there is one every half minute. */
export function factorProblem(problem: Problem) {
  const isCode = problem === 'wrong-code' || problem === 'expired-code';
  return isCode ? ('sign-in.factorWrong' as const) : (`sign-in.${problem}` as const);
}
