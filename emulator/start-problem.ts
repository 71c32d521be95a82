/** A reason why the local stack cannot start or go on that a person can remedy: printed without a stack trace. */
export class StartProblem extends Error {
  readonly remedy: string;

  constructor(problem: { readonly what: string; readonly remedy: string; readonly cause?: unknown }) {
    super(problem.what, { cause: problem.cause });
    this.name = 'StartProblem';
    this.remedy = problem.remedy;
  }
}
