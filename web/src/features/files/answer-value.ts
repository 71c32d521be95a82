import type { ApiAnswer } from '@syncline/client';
import type { Problem } from '@syncline/protocol';

/** A refusal on its way to the part of the page that says so. */
export class RefusedError extends Error {
  readonly problem: Pick<Problem, 'code' | 'detail' | 'details'>;

  constructor(problem: Pick<Problem, 'code' | 'detail' | 'details'>) {
    super(problem.detail);
    this.name = 'RefusedError';
    this.problem = problem;
  }
}

/** The value of an answer. @throws RefusedError when it is a refusal. */
export function answerValue<T>(answer: ApiAnswer<T>): T {
  if (answer.ok) return answer.value;
  throw new RefusedError(answer.problem);
}
